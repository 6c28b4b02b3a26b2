import { podRequests, resourceAmounts } from '../../../shared/api/pod-resources.ts'
import type { Node, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../../../shared/api/types/core-v1.ts'
import { podSpec } from './pod-containers.ts'

export interface Rejection {
  readonly reason: string
  readonly message: string
}

export interface AdmissionFacts {
  readonly pod: Pod
  readonly node: Node
  readonly allocatable: Readonly<Record<string, string>>
  /** The pods that the node already admitted and that have not ended. */
  readonly admitted: readonly Pod[]
}

/** Whether a node takes a pod that was bound to it, by whoever: OutOfcpu, OutOfmemory, OutOfpods, NodeAffinity, ... */
export function rejectPod({ pod, node, allocatable, admitted }: AdmissionFacts): Rejection | undefined {
  const capacity = resourceAmounts(allocatable)
  if (admitted.length + 1 > (capacity.pods ?? Number.POSITIVE_INFINITY)) {
    return outOf('pods', 1, admitted.length, capacity.pods ?? 0)
  }
  const requests = podRequests(podSpec(pod))
  for (const [resource, requested] of Object.entries(requests)) {
    if (requested === 0) continue
    const used = admitted.reduce((sum, other) => sum + (podRequests(podSpec(other))[resource] ?? 0), 0)
    const total = capacity[resource] ?? 0
    if (requested + used > total) return outOf(resource, requested, used, total)
  }
  if (!matchesNode(pod, node)) {
    return {
      reason: 'NodeAffinity',
      message: "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    }
  }
  return undefined
}

function outOf(resource: string, requested: number, used: number, capacity: number): Rejection {
  return {
    reason: `OutOf${resource}`,
    message: `Pod was rejected: Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  }
}

function matchesNode(pod: Pod, node: Node): boolean {
  const { nodeSelector, affinity } = podSpec(pod)
  const labels = node.metadata.labels ?? {}
  if (Object.entries(nodeSelector ?? {}).some(([key, value]) => labels[key] !== value)) return false
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || (required.nodeSelectorTerms ?? []).some((term) => matchesTerm(term, node))
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  const labels = node.metadata.labels ?? {}
  const fields: Record<string, string> = { 'metadata.name': node.metadata.name ?? '' }
  return (
    matchExpressions.every((requirement) => meets(requirement, labels[requirement.key])) &&
    matchFields.every((requirement) => meets(requirement, fields[requirement.key]))
  )
}

function meets({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
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
