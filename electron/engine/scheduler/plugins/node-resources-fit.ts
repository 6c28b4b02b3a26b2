import { type Amounts, resourceAmounts } from '../../../../shared/api/pod-resources.ts'
import type { Misfit, SchedulingPlugin } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { PodInfo } from '../pod-info.ts'
import { resourceScore, type ScoringStrategy } from './resource-scoring.ts'

/** Keeps the sum of requests within what the node can give; prefers nodes by the strategy. */
export const nodeResourcesFit = (strategy: ScoringStrategy): SchedulingPlugin => ({
  name: 'NodeResourcesFit',
  weight: 1,
  filter(pod, node) {
    const reasons = insufficientResources(pod, node)
    if (reasons.length === 0) return undefined
    return misfitOf(reasons, exceedsNowhere(pod, node))
  },
  score(pod, { scoringRequested, allocatable }) {
    return resourceScore(strategy, [
      [scoringRequested.cpu + (pod.scoringRequests.cpu ?? 0), allocatable.cpu ?? 0],
      [scoringRequested.memory + (pod.scoringRequests.memory ?? 0), allocatable.memory ?? 0],
    ])
  },
  wakesOn(pod, event) {
    if (event.type === 'PodDeleted') return true
    if (event.type === 'PodUpdated') return asksForLess(event.before, event.pod)
    if (event.type !== 'NodeAdded' && event.type !== 'NodeUpdated') return false
    const allocatable = resourceAmounts(event.node.status?.allocatable)
    if (!pod.requestEntries.every(([resource, amount]) => amount <= (allocatable[resource] ?? 0))) return false
    return event.type === 'NodeAdded' || hasMore(resourceAmounts(event.before.status?.allocatable), allocatable)
  },
})

/** A pod that was resized leaves room. */
function asksForLess(before: PodInfo, after: PodInfo): boolean {
  return before.requestEntries.some(([resource, amount]) => (after.requests[resource] ?? 0) < amount)
}

function hasMore(before: Amounts, after: Amounts): boolean {
  return Object.entries(after).some(([resource, amount]) => amount > (before[resource] ?? 0))
}

const insufficientTexts = new Map<string, string>()

/** The same string for the same resource: a new one for each node would cost more than all else. */
function insufficient(resource: string): string {
  const text = insufficientTexts.get(resource) ?? `Insufficient ${resource}`
  insufficientTexts.set(resource, text)
  return text
}

const FITS: readonly string[] = []

const known = { true: new Map<string, Misfit>(), false: new Map<string, Misfit>() }

/** The same object for the same single reason: full nodes are many. */
function misfitOf(reasons: readonly string[], resolvable: boolean): Misfit {
  const [reason] = reasons
  if (reasons.length !== 1 || reason === undefined) return { reasons, resolvable }
  const misfits = known[`${resolvable}`]
  const misfit = misfits.get(reason) ?? { reasons: [reason], resolvable }
  misfits.set(reason, misfit)
  return misfit
}

/** The reasons in Kubernetes' words; empty when the pod fits. */
export function insufficientResources(pod: PodInfo, node: NodeInfo): readonly string[] {
  let reasons: string[] | undefined
  const lacks = (reason: string) => {
    reasons ??= []
    reasons.push(reason)
  }
  if (node.pods.size + 1 > (node.allocatable.pods ?? 0)) lacks('Too many pods')
  for (const [resource, amount] of pod.requestEntries) {
    if (amount > (node.allocatable[resource] ?? 0) - (node.requested[resource] ?? 0)) lacks(insufficient(resource))
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
