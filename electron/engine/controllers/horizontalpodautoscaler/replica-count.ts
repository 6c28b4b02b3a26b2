import { resourceAmounts } from '../../../../shared/api/pod-resources.ts'
import { podCondition } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import type { Container, Pod } from '../../../../shared/api/types/core-v1.ts'
import type { PodUsage } from '../../../../shared/api/usage.ts'

/** How long after its start a pod's processor use may be that of its starting (--horizontal-pod-autoscaler-cpu-initialization-period). */
const CPU_INITIALIZATION_MS = 300_000
/** How long a pod that never was ready counts as starting (--horizontal-pod-autoscaler-initial-readiness-delay). */
const INITIAL_READINESS_MS = 30_000

export interface ResourceQuery {
  /** "cpu" or "memory". */
  readonly resource: string
  /** One container of each pod; all when absent. */
  readonly container?: string | undefined
  readonly pods: readonly Pod[]
  readonly usageOf: (pod: Pod) => PodUsage | undefined
  readonly replicas: number
  /** A share of 1: how far from 1 a ratio may be without anything being done. */
  readonly tolerance: { readonly up: number; readonly down: number }
  readonly now: number
}

export interface ReplicaCount {
  readonly replicas: number
  /** Percent of the requests, where the target is such a percentage. */
  readonly utilization?: number
  /** Thousandths of a core, or bytes: on average a pod. */
  readonly average: number
}

/** No number of replicas can be told; the message is that of the HPA's condition. */
export class MetricsProblem extends Error {}

interface Groups {
  /** Usage by pod of those that count. */
  readonly used: Map<string, number>
  readonly unready: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
}

/** ReplicaCalculator.GetResourceReplicas: keeps the average use at `target` percent of the requests. */
export function replicasByUtilization(query: ResourceQuery, target: number): ReplicaCount {
  const groups = groupPods(query)
  const requests = requestsOf(query)
  const total = (of: Iterable<string>) => [...of].reduce((sum, uid) => sum + (requests.get(uid) ?? 0), 0)
  const ratioOf = (used: ReadonlyMap<string, number>) => {
    const requested = total(used.keys())
    if (requested === 0) throw new MetricsProblem('no metrics returned matched known pods')
    return (sumOf(used) * 100) / requested / target
  }
  const utilization = Math.trunc(ratioOf(groups.used) * target)
  const average = sumOf(groups.used) / groups.used.size
  const fallback = (uid: string, isDown: boolean) =>
    isDown ? ((requests.get(uid) ?? 0) * Math.max(100, target)) / 100 : 0
  return { replicas: corrected(query, groups, ratioOf, fallback), utilization, average }
}

/** GetRawResourceReplicas: keeps the average use of a pod at `target`. */
export function replicasByAverage(query: ResourceQuery, target: number): ReplicaCount {
  const groups = groupPods(query)
  const ratioOf = (used: ReadonlyMap<string, number>) => sumOf(used) / used.size / target
  const average = sumOf(groups.used) / groups.used.size
  const fallback = (_uid: string, isDown: boolean) => (isDown ? target : 0)
  return { replicas: corrected(query, groups, ratioOf, fallback), average }
}

/** What is not known must never make a change larger: missing pods count against it, starting ones as idle. */
function corrected(
  { replicas, tolerance }: ResourceQuery,
  { used, unready, missing }: Groups,
  ratioOf: (used: ReadonlyMap<string, number>) => number,
  fallback: (uid: string, isDown: boolean) => number,
): number {
  const isWithin = (ratio: number) => ratio >= 1 - tolerance.down && ratio <= 1 + tolerance.up
  const first = ratioOf(used)
  const countsUnready = unready.size > 0 && first > 1
  if (!countsUnready && missing.size === 0) return isWithin(first) ? replicas : Math.ceil(rounded(first * used.size))
  const all = new Map(used)
  for (const uid of missing) all.set(uid, fallback(uid, first < 1))
  if (countsUnready) for (const uid of unready) all.set(uid, 0)
  const ratio = ratioOf(all)
  if (isWithin(ratio) || (first < 1 && ratio > 1) || (first > 1 && ratio < 1)) return replicas
  const wanted = Math.ceil(rounded(ratio * all.size))
  return (ratio < 1 && wanted > replicas) || (ratio > 1 && wanted < replicas) ? replicas : wanted
}

/** 3.0000000000000004 pods are 3. */
function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9
}

function groupPods(query: ResourceQuery): Groups {
  const { pods, usageOf, resource, container } = query
  if (pods.length === 0) throw new MetricsProblem('no pods returned by selector while calculating replica count')
  if (pods.every((pod) => usageOf(pod) === undefined)) {
    const kind = container === undefined ? 'resource' : 'container resource'
    const why = 'no metrics returned from resource metrics API'
    throw new MetricsProblem(`unable to get metrics for ${kind} ${resource}: ${why}`)
  }
  const used = new Map<string, number>()
  const unready = new Set<string>()
  const missing = new Set<string>()
  for (const pod of pods) {
    const uid = pod.metadata.uid ?? ''
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') continue
    const usage = usageOf(pod)
    const amount = usage && amountOf(usage, resource, container)
    if (pod.status?.phase === 'Pending') unready.add(uid)
    else if (usage === undefined || amount === undefined) missing.add(uid)
    else if (resource === 'cpu' && isStarting(pod, usage, query.now)) unready.add(uid)
    else used.set(uid, amount)
  }
  if (used.size === 0) {
    throw new MetricsProblem('did not receive metrics for targeted pods (pods might be unready)')
  }
  return { used, unready, missing }
}

function amountOf({ containers }: PodUsage, resource: string, container: string | undefined): number | undefined {
  const chosen = container === undefined ? containers : containers.filter(({ name }) => name === container)
  if (chosen.length === 0) return undefined
  return chosen.reduce((sum, one) => sum + (resource === 'cpu' ? one.cpuMillis : one.memoryBytes), 0)
}

function isStarting(pod: Pod, { at, windowMs }: PodUsage, now: number): boolean {
  const ready = podCondition(pod, 'Ready')
  const startedAt = parseTimestamp(pod.status?.startTime)
  if (ready === undefined || startedAt === undefined) return true
  const changedAt = parseTimestamp(ready.lastTransitionTime) ?? startedAt
  if (startedAt + CPU_INITIALIZATION_MS > now) return ready.status === 'False' || at < changedAt + windowMs
  return ready.status === 'False' && startedAt + INITIAL_READINESS_MS > changedAt
}

function requestsOf({ pods, resource, container }: ResourceQuery): Map<string, number> {
  const requests = new Map<string, number>()
  for (const pod of pods) {
    const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
    const all = [...(pod.spec?.containers ?? []), ...sidecars]
    const chosen = container === undefined ? all : all.filter(({ name }) => name === container)
    const amount = chosen.reduce((sum, one) => sum + requestOf(one, resource, pod), 0)
    requests.set(pod.metadata.uid ?? '', amount)
  }
  return requests
}

function requestOf({ name, resources }: Container, resource: string, pod: Pod): number {
  const amount = resourceAmounts(resources?.requests)[resource]
  if (amount !== undefined) return amount
  throw new MetricsProblem(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`)
}

function sumOf(used: ReadonlyMap<string, number>): number {
  return [...used.values()].reduce((sum, amount) => sum + amount, 0)
}
