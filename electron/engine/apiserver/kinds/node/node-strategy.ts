import type { Node } from '../../../../../shared/api/types/core-v1.ts'
import type { KindStrategy } from '../strategy.ts'
import { validateNode, validateNodeUpdate } from './validate-node.ts'

export const nodeStrategy: KindStrategy<Node> = {
  defaults({ spec, status }) {
    if (spec) {
      // podCIDR is the first of podCIDRs; where both are given and differ, podCIDR wins.
      if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR]
      const [first] = spec.podCIDRs ?? []
      if (first !== undefined) spec.podCIDR = first
    }
    if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity }
  },
  prepareCreate({ spec }) {
    delete spec?.configSource
  },
  prepareUpdate({ spec }, old, _context, subresource) {
    if (subresource === '' && !old.spec?.configSource) delete spec?.configSource
  },
  validate: validateNode,
  validateUpdate: (node, old, _context, subresource) => [
    ...(subresource === '' ? validateNode(node) : []),
    ...validateNodeUpdate(node, old),
  ],
  warnings({ spec }) {
    const warnings: string[] = []
    if (spec?.configSource) {
      warnings.push('spec.configSource: the spec.configSource field is no longer supported')
    }
    if (spec?.externalID) warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes')
    return warnings
  },
  selectableFields: ({ spec }) => ({ 'spec.unschedulable': String(spec?.unschedulable ?? false) }),
}
