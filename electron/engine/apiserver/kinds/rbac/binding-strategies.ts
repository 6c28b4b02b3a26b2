import { nameIsDNSSubdomain, pathSegmentName } from '../../../../../shared/api/names.ts'
import type { ClusterRoleBinding, RoleBinding, RoleRef, Subject } from '../../../../../shared/api/types/rbac-v1.ts'
import { type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { printInternal } from '../internal-form.ts'
import type { KindStrategy } from '../strategy.ts'

const GROUP = 'rbac.authorization.k8s.io'

type Binding = RoleBinding | ClusterRoleBinding

export const roleBindingStrategy: KindStrategy<RoleBinding> = bindingStrategy(['Role', 'ClusterRole'])
export const clusterRoleBindingStrategy: KindStrategy<ClusterRoleBinding> = bindingStrategy(['ClusterRole'])

function bindingStrategy(kinds: readonly string[]): KindStrategy<Binding> {
  const isNamespaced = kinds.includes('Role')
  const validate = ({ roleRef, subjects }: Binding) => [
    ...roleRefErrors(roleRef, kinds),
    ...(subjects ?? []).flatMap((subject, at) => subjectErrors(`subjects[${at}]`, subject, isNamespaced)),
  ]
  return {
    createOnUpdate: true,
    validateName: pathSegmentName,
    defaults({ roleRef, subjects }) {
      roleRef.apiGroup ||= GROUP
      for (const subject of subjects ?? []) {
        if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP
      }
    },
    validate,
    validateUpdate(binding, old) {
      const errors = validate(binding)
      if (equalJson(binding.roleRef, old.roleRef)) return errors
      return [...errors, invalid('roleRef', printInternal('rbac.v1.RoleRef', binding.roleRef), 'cannot change roleRef')]
    },
  }
}

function roleRefErrors({ apiGroup, kind, name }: RoleRef, kinds: readonly string[]): FieldError[] {
  const errors: FieldError[] = []
  if (apiGroup !== GROUP) errors.push(notSupported('roleRef.apiGroup', apiGroup, [GROUP]))
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds))
  if (name === '') errors.push(required('roleRef.name'))
  else errors.push(...pathSegmentName(name).map((why) => invalid('roleRef.name', name, why)))
  return errors
}

function subjectErrors(path: string, subject: Subject, isNamespaced: boolean): FieldError[] {
  const { apiGroup = '', kind, name, namespace = '' } = subject
  const errors = name === '' ? [required(`${path}.name`)] : []
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') {
        errors.push(...nameIsDNSSubdomain(name, false).map((why) => invalid(`${path}.name`, name, why)))
      }
      if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']))
      if (!isNamespaced && namespace === '') errors.push(required(`${path}.namespace`))
      return errors
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [GROUP]))
      return errors
    default:
      return [...errors, notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])]
  }
}
