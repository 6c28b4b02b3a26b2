import { matchesLabels } from '../../../../shared/api/label-selector.ts'
import { isPodAvailable, isPodReady, untilPodAvailableMs } from '../../../../shared/api/pod-state.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { messageOf } from '../workload/pod-control.ts'
import { podsToDelete } from './pods-to-delete.ts'

/** As many pods at most are created or deleted before the cache has to catch up. */
const BURST = 500

export interface ReplicaPlan {
  readonly create: number
  readonly delete: readonly Pod[]
}

/** How to get from the active pods to `spec.replicas`. */
export function planReplicas(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  related: () => readonly Pod[],
  now: number,
): ReplicaPlan {
  const surplus = active.length - (replicaSet.spec?.replicas ?? 1)
  if (surplus < 0) return { create: Math.min(-surplus, BURST), delete: [] }
  if (surplus === 0) return { create: 0, delete: [] }
  return { create: 0, delete: podsToDelete(active, related(), Math.min(surplus, BURST), now) }
}

export interface Observed {
  readonly active: readonly Pod[]
  readonly terminating: readonly Pod[]
  /** Why creating or deleting pods failed this time. */
  readonly failure: unknown
  readonly now: number
}

export function replicaSetStatus(replicaSet: ReplicaSet, observed: Observed): ReplicaSetStatus {
  const { active, terminating, now } = observed
  const labels = replicaSet.spec?.template?.metadata?.labels
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0
  let fullyLabeled = 0
  let ready = 0
  let available = 0
  for (const pod of active) {
    if (matchesLabels(labels, pod.metadata.labels)) fullyLabeled += 1
    if (!isPodReady(pod)) continue
    ready += 1
    if (isPodAvailable(pod, minReadySeconds, now)) available += 1
  }
  const conditions = conditionsOf(replicaSet, observed)
  const { generation } = replicaSet.metadata
  return {
    replicas: active.length,
    ...(fullyLabeled ? { fullyLabeledReplicas: fullyLabeled } : {}),
    ...(ready ? { readyReplicas: ready } : {}),
    ...(available ? { availableReplicas: available } : {}),
    terminatingReplicas: terminating.length,
    ...(generation ? { observedGeneration: generation } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  }
}

function conditionsOf(replicaSet: ReplicaSet, { active, failure, now }: Observed): ReplicaSetCondition[] {
  const before = replicaSet.status?.conditions ?? []
  const failing = before.some(({ type }) => type === 'ReplicaFailure')
  if (failure === undefined) return failing ? before.filter(({ type }) => type !== 'ReplicaFailure') : before
  if (failing) return before
  const missing = active.length < (replicaSet.spec?.replicas ?? 1)
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
