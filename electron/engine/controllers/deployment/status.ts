import { timestamp } from '../../../../shared/api/timestamp.ts'
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from '../../../../shared/api/types/apps-v1.ts'
import { fencepostsOf } from './plan.ts'
import { desiredOf, type Generations, sumAvailable, sumReplicas } from './replica-sets.ts'

const NO_DEADLINE = 0x7fffffff

/** The time of one reconcile. */
export interface Moment {
  /** Wall-clock time, for timestamps. */
  readonly now: number
  /** Engine time since the Deployment last progressed, which was at `lastUpdateTime`: sleep does not count. */
  readonly sinceProgressMs: (lastUpdateTime: string | undefined) => number
}

export type Conditions = readonly DeploymentCondition[]

export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec?.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NO_DEADLINE
}

export function conditionOf(status: DeploymentStatus | undefined, type: string): DeploymentCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type)
}

/** A condition of the same status and reason stays; its transition time stays as long as its status does. */
export function setCondition(conditions: Conditions, condition: DeploymentCondition): Conditions {
  const before = conditions.find(({ type }) => type === condition.type)
  if (before?.status === condition.status && before.reason === condition.reason) return conditions
  const since = before?.status === condition.status ? before.lastTransitionTime : condition.lastTransitionTime
  return [...withoutCondition(conditions, condition.type), { ...condition, lastTransitionTime: since }]
}

function withoutCondition(conditions: Conditions, type: string): Conditions {
  return conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions
}

function condition(type: string, status: string, why: { reason: string; message: string }, now: number) {
  const at = timestamp(now)
  return { type, status, lastUpdateTime: at, lastTransitionTime: at, ...why }
}

export function progressing(status: string, reason: string, message: string, now: number): DeploymentCondition {
  return condition('Progressing', status, { reason, message }, now)
}

/** Counts and the Available condition, as the ReplicaSets' statuses add up. */
export function statusOf(deployment: Deployment, { current, old }: Generations, now: number): DeploymentStatus {
  const all = current === undefined ? old : [...old, current]
  const sum = (count: (replicaSet: ReplicaSet) => number | undefined) =>
    all.reduce((total, replicaSet) => total + (count(replicaSet) ?? 0), 0)
  const available = sumAvailable(all)
  const enough = available >= desiredOf(deployment) - fencepostsOf(deployment).maxUnavailable
  const availability = enough
    ? { reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }
  const conditions = setCondition(
    deployment.status?.conditions ?? [],
    condition('Available', enough ? 'True' : 'False', availability, now),
  )
  const { collisionCount } = deployment.status ?? {}
  return {
    ...withoutZeros({
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: sum(({ status }) => status?.replicas),
      updatedReplicas: current?.status?.replicas ?? 0,
      readyReplicas: sum(({ status }) => status?.readyReplicas),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, sumReplicas(all) - available),
    }),
    ...terminatingReplicas(all),
    conditions: [...conditions],
    ...(collisionCount === undefined ? {} : { collisionCount }),
  }
}

/** The status after a step of a rollout: also whether it progresses, is done, or is stuck. */
export function rolloutStatusOf(deployment: Deployment, generations: Generations, moment: Moment): DeploymentStatus {
  const status = statusOf(deployment, generations, moment.now)
  let conditions: Conditions = status.conditions ?? []
  const before = conditionOf(deployment.status, 'Progressing')
  const finished =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === 'NewReplicaSetAvailable'
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, 'Progressing')
  else if (!finished)
    conditions = withProgress(deployment, generations, { ...status, conditions: [...conditions] }, moment)
  const failure = replicaFailure(generations)
  conditions =
    failure === undefined ? withoutCondition(conditions, 'ReplicaFailure') : setCondition(conditions, failure)
  return { ...status, conditions: [...conditions] }
}

function withProgress(
  deployment: Deployment,
  generations: Generations,
  status: DeploymentStatus,
  moment: Moment,
): Conditions {
  const { now } = moment
  const conditions: Conditions = status.conditions ?? []
  const before = conditionOf(deployment.status, 'Progressing')
  const name = generations.current?.metadata.name
  const subject = name === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${name}"`
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`
    return setCondition(conditions, progressing('True', 'NewReplicaSetAvailable', message, now))
  }
  if (isProgressing(deployment, status)) {
    const next = progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`, now)
    const since = before?.status === 'True' ? before.lastTransitionTime : next.lastTransitionTime
    // Removed first: every step of progress moves lastUpdateTime, from which the deadline counts.
    return [...withoutCondition(conditions, 'Progressing'), { ...next, lastTransitionTime: since }]
  }
  if (isTimedOut(deployment, status, moment)) {
    const message = `${subject} has timed out progressing.`
    return setCondition(conditions, progressing('False', 'ProgressDeadlineExceeded', message, now))
  }
  return conditions
}

export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const desired = desiredOf(deployment)
  return (
    (status?.updatedReplicas ?? 0) === desired &&
    (status?.replicas ?? 0) === desired &&
    (status?.availableReplicas ?? 0) === desired &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  )
}

function isProgressing({ status: before }: Deployment, after: DeploymentStatus): boolean {
  const outdated = (status: DeploymentStatus | undefined) => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0)
  return (
    (after.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    outdated(after) < outdated(before) ||
    (after.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  )
}

function isTimedOut(deployment: Deployment, status: DeploymentStatus, { sinceProgressMs }: Moment): boolean {
  const current = conditionOf(status, 'Progressing')
  if (current === undefined || current.reason === 'NewReplicaSetAvailable') return false
  if (current.reason === 'ProgressDeadlineExceeded') return true
  return sinceProgressMs(current.lastUpdateTime) > deadlineMs(deployment)
}

/** When to look again whether a rollout that has not moved is stuck; undefined when it isn't waiting for anything. */
export function untilProgressCheckMs(deployment: Deployment, { sinceProgressMs }: Moment): number | undefined {
  const current = conditionOf(deployment.status, 'Progressing')
  if (!hasProgressDeadline(deployment) || current === undefined) return undefined
  if (isComplete(deployment, deployment.status) || current.reason === 'ProgressDeadlineExceeded') return undefined
  return Math.max(0, deadlineMs(deployment) - sinceProgressMs(current.lastUpdateTime)) + 1000
}

function deadlineMs({ spec }: Deployment): number {
  return (spec?.progressDeadlineSeconds ?? 600) * 1000
}

/** A ReplicaSet's ReplicaFailure, the current one's first, as the Deployment shows it. */
function replicaFailure({ current, old }: Generations): DeploymentCondition | undefined {
  for (const replicaSet of [...(current ? [current] : []), ...old]) {
    const failure = replicaSet.status?.conditions?.find(({ type }) => type === 'ReplicaFailure')
    if (failure !== undefined) return { ...failure, lastUpdateTime: failure.lastTransitionTime }
  }
  return undefined
}

/** Unknown, so absent, while one ReplicaSet's controller does not tell. */
function terminatingReplicas(all: readonly ReplicaSet[]): { terminatingReplicas?: number } {
  let total = 0
  for (const { status } of all) {
    if (!status?.observedGeneration && status?.terminatingReplicas === undefined) continue
    if (status.terminatingReplicas === undefined) return {}
    total += status.terminatingReplicas
  }
  return { terminatingReplicas: total }
}

function withoutZeros<T extends Record<string, number>>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)) as Partial<T>
}
