import { dns1123Subdomain, nameIsDNSLabel, pathSegmentName } from '../../../../../shared/api/names.ts'
import type { IngressClass, IngressClassParametersReference } from '../../../../../shared/api/types/networking-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required, tooLong } from '../../machinery/field-error.ts'
import type { KindStrategy } from '../strategy.ts'
import { prefixedPathErrors } from './prefixed-path.ts'

const SCOPES = ['Cluster', 'Namespace']
const MAX_CONTROLLER = 250

export const ingressClassStrategy: KindStrategy<IngressClass> = {
  defaults({ spec }) {
    if (spec?.parameters) spec.parameters.scope ??= 'Cluster'
  },
  validate,
  validateUpdate(ingressClass, old) {
    const errors = validate(ingressClass)
    const controller = ingressClass.spec?.controller ?? ''
    if (controller === (old.spec?.controller ?? '')) return errors
    return [...errors, invalid('spec.controller', controller, 'field is immutable')]
  },
}

function validate({ spec = {} }: IngressClass): FieldError[] {
  const { controller = '', parameters } = spec
  const path = 'spec.controller'
  const errors: FieldError[] = []
  if (controller === '') errors.push(required(path))
  else {
    if (controller.length > MAX_CONTROLLER) errors.push(tooLong(path, MAX_CONTROLLER))
    errors.push(...prefixedPathErrors(path, controller))
  }
  return parameters ? [...errors, ...parameterErrors('spec.parameters', parameters)] : errors
}

function parameterErrors(path: string, parameters: IngressClassParametersReference): FieldError[] {
  const { apiGroup, kind, name, scope, namespace } = parameters
  const errors = typedReferenceErrors(path, { apiGroup, kind, name })
  if (scope === undefined || !SCOPES.includes(scope)) {
    return [...errors, scope === undefined ? required(`${path}.scope`) : notSupported(`${path}.scope`, scope, SCOPES)]
  }
  const own = `${path}.namespace`
  if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(own, "`parameters.scope` is set to 'Namespace'"))
    else errors.push(...nameIsDNSLabel(namespace, false).map((why) => invalid(own, namespace, why)))
  } else if (namespace !== undefined) errors.push(forbidden(own, "`parameters.scope` is set to 'Cluster'"))
  return errors
}

/** validateTypedLocalObjectReference of networking. */
export function typedReferenceErrors(
  path: string,
  { apiGroup, kind, name }: { apiGroup?: string | null | undefined; kind: string; name: string },
): FieldError[] {
  const errors: FieldError[] = []
  if (apiGroup !== undefined && apiGroup !== null) {
    errors.push(...dns1123Subdomain(apiGroup).map((why) => invalid(`${path}.apiGroup`, apiGroup, why)))
  }
  const segment = (field: string, value: string) => {
    if (value === '') errors.push(required(`${path}.${field}`))
    else errors.push(...pathSegmentName(value).map((why) => invalid(`${path}.${field}`, value, why)))
  }
  segment('kind', kind)
  segment('name', name)
  return errors
}
