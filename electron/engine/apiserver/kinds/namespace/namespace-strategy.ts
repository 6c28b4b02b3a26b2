import { nameIsDNSLabel, qualifiedName } from '../../../../../shared/api/names.ts'
import type { Namespace } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid } from '../../machinery/field-error.ts'
import { cloneJson } from '../../registry/json-value.ts'
import { kubeFinalizerError } from '../../registry/object-meta.ts'
import type { KindStrategy } from '../strategy.ts'
import { podSecurityLabelErrors } from './pod-security-labels.ts'

const NAME_LABEL = 'kubernetes.io/metadata.name'

export const namespaceStrategy: KindStrategy<Namespace> = {
  validateName: nameIsDNSLabel,
  defaults(namespace) {
    const { metadata } = namespace
    if (metadata.name) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name }
    if (!namespace.status?.phase) namespace.status = { ...namespace.status, phase: 'Active' }
  },
  prepareCreate(namespace) {
    namespace.status = { phase: 'Active' }
    const finalizers = namespace.spec?.finalizers ?? []
    namespace.spec = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] }
  },
  // Finalizers change through the finalize subresource only, and there nothing else does.
  prepareUpdate(namespace, old, _context, subresource) {
    if (subresource === '') namespace.spec = { ...namespace.spec, ...cloneJson({ finalizers: old.spec?.finalizers }) }
    if (subresource === 'finalize') namespace.status = cloneJson(old.status ?? {})
  },
  validate: (namespace) => [
    ...(namespace.spec?.finalizers ?? []).flatMap((name) => finalizerErrors('spec.finalizers', name)),
    ...podSecurityLabelErrors(namespace.metadata.labels),
  ],
  validateUpdate(namespace, old, _context, subresource) {
    const finalizers = namespace.spec?.finalizers ?? []
    if (subresource === 'finalize')
      return finalizers.flatMap((name, at) => finalizerErrors(`spec.finalizers[${at}]`, name))
    if (subresource === 'status') return phaseErrors(namespace)
    const found = podSecurityLabelErrors(namespace.metadata.labels)
    const former = new Set(podSecurityLabelErrors(old.metadata.labels).map(({ message }) => message))
    const isNew = found.some(({ message }) => !former.has(message))
    return [...finalizers.flatMap((name) => finalizerErrors('spec.finalizers', name)), ...(isNew ? found : [])]
  },
  selectableFields: ({ status }) => ({ 'status.phase': status?.phase ?? '' }),
}

function finalizerErrors(path: string, name: string): FieldError[] {
  return [...qualifiedName(name).map((why) => invalid(path, name, why)), ...kubeFinalizerError(path, name)]
}

/** A namespace is Terminating exactly while it is being deleted. */
function phaseErrors({ metadata, status }: Namespace): FieldError[] {
  const phase = status?.phase ?? ''
  const isDeleted = metadata.deletionTimestamp !== undefined
  if (phase === (isDeleted ? 'Terminating' : 'Active')) return []
  const why = isDeleted
    ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
    : "may only be 'Active' if `deletionTimestamp` is empty"
  return [invalid('status.Phase', phase, why)]
}
