import { resourceAmounts } from '../../../../shared/api/pod-resources.ts'
import { MAX_NODE_SCORE, type SchedulingPlugin } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { PodInfo } from '../pod-info.ts'

/** Keeps the sum of requests within what the node can give; prefers the least allocated node (LeastAllocated). */
export const nodeResourcesFit: SchedulingPlugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  filter(pod, node) {
    const reasons = insufficientResources(pod, node)
    if (reasons.length === 0) return undefined
    return { reasons, resolvable: exceedsNowhere(pod, node) }
  },
  score(pod, node) {
    const cpu = leastRequested(node.scoringRequested.cpu + (pod.scoringRequests.cpu ?? 0), node.allocatable.cpu ?? 0)
    const memory = leastRequested(
      node.scoringRequested.memory + (pod.scoringRequests.memory ?? 0),
      node.allocatable.memory ?? 0,
    )
    return Math.floor((cpu + memory) / 2)
  },
  wakesOn(pod, event) {
    if (event.type === 'PodDeleted') return true
    if (event.type === 'PodUpdated') return event.pod.spec !== event.before.spec
    if (event.type !== 'NodeAdded' && event.type !== 'NodeUpdated') return false
    const allocatable = resourceAmounts(event.node.status?.allocatable)
    return Object.entries(pod.requests).every(([resource, amount]) => amount <= (allocatable[resource] ?? 0))
  },
}

const FITS: readonly string[] = []

/** The reasons in Kubernetes' words; empty when the pod fits. */
export function insufficientResources(pod: PodInfo, node: NodeInfo): readonly string[] {
  let reasons: string[] | undefined
  const lacks = (reason: string) => {
    reasons ??= []
    reasons.push(reason)
  }
  if (node.pods.size + 1 > (node.allocatable.pods ?? 0)) lacks('Too many pods')
  for (const [resource, amount] of pod.requestEntries) {
    if (amount > (node.allocatable[resource] ?? 0) - (node.requested[resource] ?? 0)) lacks(`Insufficient ${resource}`)
  }
  return reasons ?? FITS
}

/** False when some request is larger than the whole node: no preemption helps then. */
function exceedsNowhere(pod: PodInfo, node: NodeInfo): boolean {
  for (const resource in pod.requests) {
    if ((pod.requests[resource] as number) > (node.allocatable[resource] ?? 0)) return false
  }
  return true
}

function leastRequested(requested: number, capacity: number): number {
  if (capacity === 0 || requested > capacity) return 0
  return Math.floor(((capacity - requested) * MAX_NODE_SCORE) / capacity)
}
