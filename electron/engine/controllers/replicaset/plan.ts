import { isPodAvailable, untilPodAvailableMs } from '../../../../shared/api/pod-state.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { messageOf } from '../workload/pod-control.ts'
import type { PodCounts } from './pod-tally.ts'
import { podsToDelete } from './pods-to-delete.ts'

/** As many pods at most are created or deleted before the cache has to catch up. */
const BURST = 500

export interface ReplicaPlan {
  readonly create: number
  readonly delete: readonly Pod[]
}

/** The pods that count as replicas: most plans need only their number. */
export interface Replicas {
  readonly count: number
  readonly active: () => readonly Pod[]
  /** Pods of all ReplicaSets of the same Deployment. */
  readonly related: () => readonly Pod[]
}

/** How to get from the active pods to `spec.replicas`. */
export function planReplicas(replicaSet: ReplicaSet, pods: Replicas, now: number): ReplicaPlan {
  const surplus = pods.count - (replicaSet.spec?.replicas ?? 1)
  if (surplus < 0) return { create: Math.min(-surplus, BURST), delete: [] }
  if (surplus === 0) return { create: 0, delete: [] }
  return { create: 0, delete: podsToDelete(pods.active(), pods.related(), Math.min(surplus, BURST), now) }
}

export interface Observed {
  readonly counts: PodCounts
  readonly available: number
  /** Why creating or deleting pods failed this time. */
  readonly failure: unknown
  readonly now: number
}

export function replicaSetStatus(replicaSet: ReplicaSet, observed: Observed): ReplicaSetStatus {
  const { counts, available } = observed
  const conditions = conditionsOf(replicaSet, observed)
  const { generation } = replicaSet.metadata
  return {
    replicas: counts.active,
    ...(counts.fullyLabeled ? { fullyLabeledReplicas: counts.fullyLabeled } : {}),
    ...(counts.ready ? { readyReplicas: counts.ready } : {}),
    ...(available ? { availableReplicas: available } : {}),
    terminatingReplicas: counts.terminating,
    ...(generation ? { observedGeneration: generation } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  }
}

/** How many of the active pods have been ready for `minReadySeconds`. */
export function availablePods(replicaSet: ReplicaSet, active: readonly Pod[], now: number): number {
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0
  return active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length
}

function conditionsOf(replicaSet: ReplicaSet, { counts, failure, now }: Observed): ReplicaSetCondition[] {
  const before = replicaSet.status?.conditions ?? []
  const failing = before.some(({ type }) => type === 'ReplicaFailure')
  if (failure === undefined) return failing ? before.filter(({ type }) => type !== 'ReplicaFailure') : before
  if (failing) return before
  const missing = counts.active < (replicaSet.spec?.replicas ?? 1)
  const condition = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: timestamp(now),
    reason: missing ? 'FailedCreate' : 'FailedDelete',
    message: messageOf(failure),
  }
  return [...before, condition]
}

/** Engine time until the next ready pod becomes available, when `minReadySeconds` makes that something to wait for. */
export function nextAvailabilityMs(replicaSet: ReplicaSet, active: readonly Pod[], now: number): number | undefined {
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0
  if (minReadySeconds === 0) return undefined
  let next: number | undefined
  for (const pod of active) {
    const untilMs = untilPodAvailableMs(pod, minReadySeconds, now)
    if (untilMs !== undefined && untilMs > 0 && (next === undefined || untilMs < next)) next = untilMs
  }
  return next
}
