import { isPodAvailable, isPodReady, isPodTerminal } from '../../../../shared/api/pod-state.ts'
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { scaledValue } from '../workload/scaled-value.ts'
import { ordinalOf, podOf, revisionNameOf } from './identity.ts'

export interface StatefulSetPlan {
  readonly create: readonly Pod[]
  readonly delete: readonly Pod[]
  readonly status: StatefulSetStatus
}

export interface Revisions {
  readonly current: ControllerRevision
  readonly update: ControllerRevision
  readonly collisionCount: number
}

/**
 * The next steps of a set: pods in order of their ordinals (all at once when `Parallel`), scaling down from the top
 * once all others are healthy, then replacing pods of older revisions from the top down to the partition.
 */
export function planStatefulSet(
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: Revisions,
  now: number,
): StatefulSetPlan {
  const status = statusOf(set, pods, revisions, now)
  if (set.metadata.deletionTimestamp !== undefined) return { create: [], delete: [], status }
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const isHealthy = (pod: Pod) =>
    pod.status?.phase === 'Running' &&
    pod.metadata.deletionTimestamp === undefined &&
    isPodAvailable(pod, minReadySeconds, now)
  const view = viewOf(set, pods)
  const ordered = set.spec?.podManagementPolicy !== 'Parallel'

  const replicas = planReplicas(set, view, { revisions, isHealthy, ordered })
  if (replicas.blocked) return { create: replicas.create, delete: replicas.delete, status }
  const condemned = planCondemned(view, { isHealthy, ordered })
  if (condemned.blocked) return { create: replicas.create, delete: [...replicas.delete, ...condemned.delete], status }
  const outdated = planUpdate(set, view, { revisions, isHealthy })
  return { create: replicas.create, delete: [...replicas.delete, ...condemned.delete, ...outdated], status }
}

interface View {
  readonly start: number
  /** By ordinal, from `start`; undefined where a pod is missing. */
  readonly replicas: readonly (Pod | undefined)[]
  /** Beyond the wanted range, highest ordinal first. */
  readonly condemned: readonly Pod[]
}

function viewOf(set: StatefulSet, pods: readonly Pod[]): View {
  const start = set.spec?.ordinals?.start ?? 0
  const count = set.spec?.replicas ?? 1
  const byOrdinal = new Map<number, Pod>()
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod)
    if (ordinal !== undefined) byOrdinal.set(ordinal, pod)
  }
  const replicas = Array.from({ length: count }, (_, index) => byOrdinal.get(start + index))
  const condemned = [...byOrdinal]
    .filter(([ordinal]) => ordinal < start || ordinal >= start + count)
    .sort(([a], [b]) => b - a)
    .map(([, pod]) => pod)
  return { start, replicas, condemned }
}

interface Rules {
  readonly isHealthy: (pod: Pod) => boolean
  readonly ordered: boolean
}

function planReplicas(set: StatefulSet, { start, replicas }: View, rules: Rules & { revisions: Revisions }) {
  const create: Pod[] = []
  const remove: Pod[] = []
  for (const [index, pod] of replicas.entries()) {
    if (pod === undefined) create.push(podOf(set, revisionFor(set, rules.revisions, start + index), start + index))
    else if (isPodTerminal(pod)) {
      // Whatever it ended with: a member of the set is meant to run.
      if (pod.metadata.deletionTimestamp === undefined) remove.push(pod)
    } else if (rules.isHealthy(pod)) continue
    if (rules.ordered) return { create, delete: remove, blocked: true }
  }
  return { create, delete: remove, blocked: false }
}

function planCondemned({ replicas, condemned }: View, { isHealthy, ordered }: Rules) {
  const isUnhealthy = (pod: Pod | undefined) => pod === undefined || !isHealthy(pod)
  const firstUnhealthy = replicas.find(isUnhealthy) ?? condemned.findLast(isUnhealthy)
  const remove: Pod[] = []
  for (const pod of condemned) {
    const terminating = pod.metadata.deletionTimestamp !== undefined
    if (!terminating && !(ordered && isUnhealthy(pod) && pod !== firstUnhealthy)) remove.push(pod)
    if (ordered) return { delete: remove, blocked: true }
  }
  return { delete: remove, blocked: false }
}

/** From the top down to the partition one at a time, or as many as `maxUnavailable` lets be away. */
function planUpdate(
  set: StatefulSet,
  { replicas }: View,
  { revisions, isHealthy }: Pick<Rules, 'isHealthy'> & { revisions: Revisions },
): Pod[] {
  if (set.spec?.updateStrategy?.type === 'OnDelete') return []
  const { partition = 0, maxUnavailable } = set.spec?.updateStrategy?.rollingUpdate ?? {}
  const isOutdated = (pod: Pod) =>
    pod.metadata.deletionTimestamp === undefined && revisionNameOf(pod) !== revisions.update.metadata.name
  const fromTop = replicas.slice(partition).reverse()
  if (maxUnavailable === undefined) {
    // Also one that is not healthy makes way, but nothing below a pod that is still to come does.
    const first = fromTop.find((pod) => pod === undefined || isOutdated(pod) || !isHealthy(pod))
    return first !== undefined && isOutdated(first) ? [first] : []
  }
  const most = Math.max(1, scaledValue(maxUnavailable, replicas.length, 'up'))
  const away = replicas.filter((pod) => pod === undefined || !isHealthy(pod)).length
  const outdated = fromTop.filter((pod) => pod !== undefined && isOutdated(pod)) as Pod[]
  return outdated.slice(0, Math.max(0, most - away))
}

/** Pods below the partition are made anew as they were. */
function revisionFor(set: StatefulSet, { current, update }: Revisions, ordinal: number): ControllerRevision {
  const { type = 'RollingUpdate', rollingUpdate } = set.spec?.updateStrategy ?? {}
  if (type !== 'RollingUpdate') return update
  const start = set.spec?.ordinals?.start ?? 0
  const below = rollingUpdate === undefined ? (set.status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0)
  return ordinal < start + below ? current : update
}

function statusOf(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: number): StatefulSetStatus {
  const { current, update, collisionCount } = revisions
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const running = pods.filter((pod) => pod.status?.phase === 'Running')
  const ready = running.filter(isPodReady).length
  const available = running.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length
  const lives = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const ofRevision = ({ metadata }: ControllerRevision) =>
    lives.filter((pod) => revisionNameOf(pod) === metadata.name).length
  const updated = ofRevision(update)
  const type = set.spec?.updateStrategy?.type ?? 'RollingUpdate'
  const { replicas = 1 } = set.spec ?? {}
  // The whole set runs the new revision: from now on it is the current one.
  const done = type === 'RollingUpdate' && [updated, ready, pods.length].every((count) => count === replicas)
  const currentReplicas = done ? updated : ofRevision(current)
  return {
    replicas: pods.length,
    ...(set.metadata.generation ? { observedGeneration: set.metadata.generation } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    availableReplicas: available,
    ...(currentReplicas > 0 ? { currentReplicas } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision: (done ? update : current).metadata.name,
    updateRevision: update.metadata.name,
    collisionCount,
  }
}
