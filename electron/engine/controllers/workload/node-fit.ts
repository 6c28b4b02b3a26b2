import { matchesLabels } from '../../../../shared/api/label-selector.ts'
import { tolerates } from '../../../../shared/api/tolerations.ts'
import type {
  Node,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  Taint,
} from '../../../../shared/api/types/core-v1.ts'

/** `nodeSelector` and required node affinity of a pod. */
export function fitsAffinity(spec: PodSpec, node: Node): boolean {
  if (!matchesLabels(spec.nodeSelector, node.metadata.labels)) return false
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node))
}

/** Whether the pod tolerates every taint of the node that has one of these effects. */
export function toleratesTaints(spec: PodSpec, node: Node, effects: readonly string[]): boolean {
  const tolerated = (taint: Taint) => (spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint))
  return (node.spec?.taints ?? []).every((taint) => !effects.includes(taint.effect) || tolerated(taint))
}

/** An empty term matches no node. */
function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  return (
    matchExpressions.every((requirement) => matches(requirement, node.metadata.labels?.[requirement.key])) &&
    matchFields.every((requirement) =>
      matches(requirement, requirement.key === 'metadata.name' ? node.metadata.name : undefined),
    )
  )
}

function matches({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return false
  }
}
