import { objectKey } from '../../../../shared/api/object.ts'
import { podRequests, resourceAmounts } from '../../../../shared/api/pod-resources.ts'
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
  /** Thousandths of a core or of a byte: on average a pod. */
  readonly averageMilli: number
}

/** No number of replicas can be told; the message is that of the HPA's condition. */
export class MetricsProblem extends Error {}

interface Groups {
  /** Usage by pod of those that count, in thousandths. */
  readonly used: Map<string, number>
  readonly unready: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
}

/** ReplicaCalculator.GetResourceReplicas: keeps the average use at `target` percent of the requests. */
export function replicasByUtilization(query: ResourceQuery, target: number): ReplicaCount {
  const groups = groupPods(query)
  const requests = requestsOf(query)
  const percentOf = (used: ReadonlyMap<string, number>) => {
    const requested = [...used.keys()].reduce((sum, uid) => sum + (requests.get(uid) ?? 0), 0)
    if (requested === 0) throw new MetricsProblem('no metrics returned matched known pods')
    return Math.trunc((sumOf(used) * 100) / requested)
  }
  const replicas = corrected(query, groups, {
    ratioOf: (used) => percentOf(used) / target,
    busy: (uid) => Math.trunc(((requests.get(uid) ?? 0) * Math.max(100, target)) / 100),
  })
  return { replicas, utilization: percentOf(groups.used), averageMilli: averageOf(groups.used) }
}

/** GetRawResourceReplicas: keeps the average use of a pod at `target`, in thousandths. */
export function replicasByAverage(query: ResourceQuery, target: number): ReplicaCount {
  const groups = groupPods(query)
  const replicas = corrected(query, groups, { ratioOf: (used) => averageOf(used) / target, busy: () => target })
  return { replicas, averageMilli: averageOf(groups.used) }
}

interface Measure {
  /** How the use of these pods is to the target. */
  readonly ratioOf: (used: ReadonlyMap<string, number>) => number
  /** The most that a pod may be thought to use of which nothing is known. */
  readonly busy: (uid: string) => number
}

/** What is not known must never make a change larger: missing pods count against it, starting ones as idle. */
function corrected(
  { replicas, tolerance }: ResourceQuery,
  { used, unready, missing }: Groups,
  { ratioOf, busy }: Measure,
): number {
  const isWithin = (ratio: number) => ratio >= 1 - tolerance.down && ratio <= 1 + tolerance.up
  const first = ratioOf(used)
  const countsUnready = unready.size > 0 && first > 1
  if (!countsUnready && missing.size === 0) return isWithin(first) ? replicas : Math.ceil(first * used.size)
  const all = new Map(used)
  if (first !== 1) for (const uid of missing) all.set(uid, first < 1 ? busy(uid) : 0)
  if (countsUnready) for (const uid of unready) all.set(uid, 0)
  const ratio = ratioOf(all)
  if (isWithin(ratio) || (first < 1 && ratio > 1) || (first > 1 && ratio < 1)) return replicas
  const wanted = Math.ceil(ratio * all.size)
  return (ratio < 1 && wanted > replicas) || (ratio > 1 && wanted < replicas) ? replicas : wanted
}

/** Whole thousandths, as kube-controller-manager counts. */
function averageOf(used: ReadonlyMap<string, number>): number {
  return Math.trunc(sumOf(used) / used.size)
}

/** Thousandths of an amount as pod-resources.ts has it, where cpu is counted in them already. */
export function milliOf(resource: string, amount: number): number {
  return Math.ceil(resource === 'cpu' ? amount : amount * 1000)
}

function groupPods(query: ResourceQuery): Groups {
  const { pods, usageOf, resource, container } = query
  const measured = pods.filter((pod) => usageOf(pod) !== undefined)
  const without = container === undefined ? undefined : measured.find((pod) => !hasContainer(pod, container))
  const why =
    measured.length === 0
      ? 'no metrics returned from resource metrics API'
      : without &&
        `failed to get container metrics: container ${container} not present in metrics for pod ${objectKey(without)}`
  if (why !== undefined) throw new MetricsProblem(`unable to get metrics for resource ${resource}: ${why}`)
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
  return chosen.reduce((sum, one) => sum + milliOf(resource, resource === 'cpu' ? one.cpuMillis : one.memoryBytes), 0)
}

function hasContainer({ spec }: Pod, container: string): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ name }) => name === container)
}

function isStarting(pod: Pod, { at, windowMs }: PodUsage, now: number): boolean {
  const ready = podCondition(pod, 'Ready')
  const startedAt = parseTimestamp(pod.status?.startTime)
  if (ready === undefined || startedAt === undefined) return true
  const changedAt = parseTimestamp(ready.lastTransitionTime) ?? startedAt
  if (startedAt + CPU_INITIALIZATION_MS > now) return ready.status === 'False' || at < changedAt + windowMs
  return ready.status === 'False' && startedAt + INITIAL_READINESS_MS > changedAt
}

/** Requests of the whole pod stand for those of its containers (calculateRequests). */
function requestsOf({ pods, resource, container }: ResourceQuery): Map<string, number> {
  const requests = new Map<string, number>()
  for (const { metadata, spec } of pods) {
    const uid = metadata.uid ?? ''
    if (spec && container === undefined && Object.keys(spec.resources?.requests ?? {}).length > 0) {
      const amount = podRequests(spec)[resource]
      if (amount === undefined) {
        throw new MetricsProblem(`missing pod-level request for ${resource} in Pod ${metadata.name}`)
      }
      requests.set(uid, milliOf(resource, amount))
      continue
    }
    const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
    const all = [...(spec?.containers ?? []), ...sidecars]
    const chosen = container === undefined ? all : all.filter(({ name }) => name === container)
    if (chosen.length === 0) throw new MetricsProblem(`container ${container} not found in Pod ${metadata.name}`)
    requests.set(
      uid,
      chosen.reduce((sum, one) => sum + requestOf(one, resource, metadata.name), 0),
    )
  }
  return requests
}

function requestOf({ name, resources }: Container, resource: string, pod: string | undefined): number {
  const amount = resourceAmounts(resources?.requests)[resource]
  if (amount !== undefined) return milliOf(resource, amount)
  throw new MetricsProblem(`missing request for ${resource} in container ${name} of Pod ${pod}`)
}

function sumOf(used: ReadonlyMap<string, number>): number {
  return [...used.values()].reduce((sum, amount) => sum + amount, 0)
}
