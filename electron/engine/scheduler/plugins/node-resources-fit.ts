import { type Amounts, resourceAmounts } from '../../../../shared/api/pod-resources.ts'
import type { PluginArgs } from '../config/scheduler-configuration.ts'
import type { Misfit, SchedulingPlugin } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { PodInfo } from '../pod-info.ts'
import { type ResourceUse, resourceScore } from './resource-scoring.ts'

type Args = PluginArgs['NodeResourcesFit']

/** Keeps the sum of requests within what the node can give; prefers nodes by the strategy. */
export const nodeResourcesFit = (args: Args): SchedulingPlugin => ({
  name: 'NodeResourcesFit',
  weight: 1,
  filter(pod, node) {
    const reasons = insufficientResources(pod, node, args)
    if (reasons.length === 0) return undefined
    return misfitOf(reasons, exceedsNowhere(pod, node))
  },
  score: (pod, node) => resourceScore(args.scoringStrategy, usesOf(args, pod, node)),
  wakesOn(pod, event) {
    if (event.type === 'PodDeleted') return true
    if (event.type === 'PodUpdated') return asksForLess(event.before, event.pod)
    if (event.type !== 'NodeAdded' && event.type !== 'NodeUpdated') return false
    const allocatable = resourceAmounts(event.node.status?.allocatable)
    const fits = ([resource, amount]: readonly [string, number]) => amount <= (allocatable[resource] ?? 0)
    if (!pod.requestEntries.every((entry) => isIgnored(args, entry[0]) || fits(entry))) return false
    return event.type === 'NodeAdded' || hasMore(resourceAmounts(event.before.status?.allocatable), allocatable)
  },
})

/** Other resources than cpu and memory count only for pods that ask for them. */
function usesOf({ scoringStrategy }: Args, pod: PodInfo, node: NodeInfo): readonly ResourceUse[] {
  const uses: ResourceUse[] = []
  for (const { name, weight } of scoringStrategy.resources) {
    const allocatable = node.allocatable[name] ?? 0
    if (name === 'cpu' || name === 'memory') {
      uses.push([node.scoringRequested[name] + (pod.scoringRequests[name] ?? 0), allocatable, weight])
    } else if (pod.requests[name]) {
      uses.push([(node.requested[name] ?? 0) + pod.requests[name], allocatable, weight])
    }
  }
  return uses
}

/** Only extended resources can be left to others. */
function isIgnored({ ignoredResources, ignoredResourceGroups }: Args, resource: string): boolean {
  if (!resource.includes('/')) return false
  const group = resource.slice(0, resource.indexOf('/'))
  return ignoredResources?.includes(resource) === true || ignoredResourceGroups?.includes(group) === true
}

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
function insufficientResources(pod: PodInfo, node: NodeInfo, args: Args): readonly string[] {
  let reasons: string[] | undefined
  const lacks = (reason: string) => {
    reasons ??= []
    reasons.push(reason)
  }
  if (node.pods.size + 1 > (node.allocatable.pods ?? 0)) lacks('Too many pods')
  for (const [resource, amount] of pod.requestEntries) {
    const free = (node.allocatable[resource] ?? 0) - (node.requested[resource] ?? 0)
    if (amount > free && !isIgnored(args, resource)) lacks(insufficient(resource))
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
