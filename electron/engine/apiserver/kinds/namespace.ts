import { nameIsDNSLabel } from '../../../../shared/api/names.ts'
import type { Namespace } from '../../../../shared/api/types/core-v1.ts'
import { cloneJson } from '../registry/json-value.ts'
import type { KindStrategy } from './strategy.ts'

const NAME_LABEL = 'kubernetes.io/metadata.name'

export const namespaceStrategy: KindStrategy<Namespace> = {
  defaults({ metadata }) {
    if (metadata.name) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name }
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
  validateName: nameIsDNSLabel,
  selectableFields: ({ status }) => ({ 'status.phase': status?.phase ?? '' }),
}
