import { isPodReady } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp, timestamp } from '../../../../shared/api/timestamp.ts'
import type { Job, JobCondition, JobStatus } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { formatIndexes, parseIndexes } from './indexes.ts'
import { indexOf, isIndexed, TRACKING } from './job-pod.ts'

export interface JobPlan {
  readonly status: JobStatus
  /** Pods to create; the indexes, for an Indexed Job. */
  readonly create: readonly (number | undefined)[]
  readonly delete: readonly Pod[]
  /** Counted, so nothing has to hold them any more: after the status is written. */
  readonly release: readonly Pod[]
  /** Failed pods that this step counted. */
  readonly newlyFailed: number
}

export interface JobMoment {
  readonly now: number
  /** Engine time since the Job started. */
  readonly activeMs: number
}

interface Verdict {
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

/** One step of a Job: counts what ended, decides whether it is done, and how many pods should run. */
export function planJob(job: Job, pods: readonly Pod[], { now, activeMs }: JobMoment): JobPlan {
  const counted = count(job, pods)
  const active = pods.filter((pod) => !hasEnded(pod) && pod.metadata.deletionTimestamp === undefined)
  const terminating = pods.filter((pod) => !isOver(pod) && pod.metadata.deletionTimestamp !== undefined)
  const verdict = verdictOf(job, { ...counted, active: active.length, activeMs })
  const suspended = job.spec?.suspend === true
  const stop = verdict !== undefined || suspended
  const wanted = stop ? 0 : wantedActive(job, counted.succeeded, active.length)
  const waiting = counted.uncounted.succeeded.length + counted.uncounted.failed.length
  const conditions = conditionsOf(job, { verdict, left: active.length + terminating.length + waiting, now })
  const finished = conditions.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  const startTime = job.status?.startTime ?? (suspended ? undefined : timestamp(now))
  const ready = active.filter(isPodReady).length
  const { succeeded, failed, uncounted, indexes, release, newlyFailed } = counted
  const succeededNumber = isIndexed(job) ? indexes.size : succeeded - uncounted.succeeded.length
  const status: JobStatus = {
    ...(conditions.length > 0 ? { conditions: [...conditions] } : {}),
    ...(suspended && finished === undefined ? {} : startTime ? { startTime } : {}),
    ...(finished?.type === 'Complete' ? { completionTime: job.status?.completionTime ?? timestamp(now) } : {}),
    ...(active.length > 0 && !stop ? { active: active.length } : {}),
    ...(succeededNumber > 0 ? { succeeded: succeededNumber } : {}),
    ...(failed - uncounted.failed.length > 0 ? { failed: failed - uncounted.failed.length } : {}),
    terminating: stop ? terminating.length + active.length : terminating.length,
    ...(isIndexed(job) && indexes.size > 0 ? { completedIndexes: formatIndexes(indexes) } : {}),
    uncountedTerminatedPods: {
      ...(uncounted.succeeded.length > 0 ? { succeeded: uncounted.succeeded } : {}),
      ...(uncounted.failed.length > 0 ? { failed: uncounted.failed } : {}),
    },
    ready: stop ? 0 : ready,
  }
  const surplus = stop ? active : active.slice(0, Math.max(0, active.length - wanted))
  const missing = Math.max(0, wanted - active.length)
  return { status, create: missingPods(job, { missing, active, indexes }), delete: surplus, release, newlyFailed }
}

/** Each finished pod counts once: first by uid among the uncounted, then, when nothing holds it any more, as a number. */
function count(job: Job, pods: readonly Pod[]) {
  const before = job.status?.uncountedTerminatedPods ?? {}
  const held = new Map(
    pods.filter(({ metadata }) => metadata.finalizers?.includes(TRACKING)).map((pod) => [pod.metadata.uid ?? '', pod]),
  )
  const known = new Set([...(before.succeeded ?? []), ...(before.failed ?? [])])
  const isNew = ([uid]: [string, Pod]) => !known.has(uid)
  const fresh = [...held].filter(isNew)
  const succeededNow = fresh.filter(([, pod]) => pod.status?.phase === 'Succeeded')
  const failedNow = fresh.filter(([, pod]) => hasEnded(pod) && pod.status?.phase !== 'Succeeded')
  const stillHeld = (uids: readonly string[] = []) => uids.filter((uid) => held.has(uid))
  const uncounted = {
    succeeded: [...stillHeld(before.succeeded), ...succeededNow.map(([uid]) => uid)],
    failed: [...stillHeld(before.failed), ...failedNow.map(([uid]) => uid)],
  }
  const indexes = parseIndexes(job.status?.completedIndexes)
  for (const [, pod] of succeededNow) {
    const index = indexOf(pod)
    if (index !== undefined) indexes.add(index)
  }
  const numbers = (job.status?.succeeded ?? 0) + (before.succeeded?.length ?? 0) + succeededNow.length
  return {
    succeeded: isIndexed(job) ? indexes.size : numbers,
    failed: (job.status?.failed ?? 0) + (before.failed?.length ?? 0) + failedNow.length,
    uncounted,
    indexes,
    release: [...uncounted.succeeded, ...uncounted.failed].flatMap((uid) => held.get(uid) ?? []),
    newlyFailed: failedNow.length,
  }
}

function verdictOf(
  job: Job,
  { succeeded, failed, active, activeMs }: { succeeded: number; failed: number; active: number; activeMs: number },
): Verdict | undefined {
  const { completions, backoffLimit = 6, activeDeadlineSeconds, suspend } = job.spec ?? {}
  for (const { type, status, reason = '', message = '' } of job.status?.conditions ?? []) {
    if (status !== 'True') continue
    if (type === 'SuccessCriteriaMet' || type === 'Complete') return { type: 'Complete', reason, message }
    if (type === 'FailureTarget' || type === 'Failed') return { type: 'Failed', reason, message }
  }
  if (failed > backoffLimit) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  }
  if (activeDeadlineSeconds !== undefined && !suspend && activeMs >= activeDeadlineSeconds * 1000) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
  }
  const done = completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions
  if (!done || suspend) return undefined
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
}

/** The verdict shows first as SuccessCriteriaMet or FailureTarget, and as final once every pod has stopped and counts. */
function conditionsOf(
  job: Job,
  { verdict, left, now }: { verdict: Verdict | undefined; left: number; now: number },
): readonly JobCondition[] {
  let conditions: readonly JobCondition[] = job.status?.conditions ?? []
  const set = (type: string, status: string, why: { reason: string; message: string }) => {
    const before = conditions.find((condition) => condition.type === type)
    if (before?.status === status && before.reason === why.reason) return
    const at = timestamp(now)
    const { reason, message } = why
    const condition = { type, status, lastProbeTime: at, lastTransitionTime: at, reason, message }
    conditions = [...conditions.filter((other) => other.type !== type), condition]
  }
  if (verdict !== undefined) {
    set(verdict.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', 'True', verdict)
    if (left === 0) set(verdict.type, 'True', verdict)
  } else if (job.spec?.suspend) set('Suspended', 'True', { reason: 'JobSuspended', message: 'Job suspended' })
  else if (conditions.some(({ type, status }) => type === 'Suspended' && status === 'True')) {
    set('Suspended', 'False', { reason: 'JobResumed', message: 'Job resumed' })
  }
  return conditions
}

function wantedActive(job: Job, succeeded: number, active: number): number {
  const { parallelism = 1, completions } = job.spec ?? {}
  // Without completions the first success means that the work is done: the rest only finishes.
  if (completions === undefined) return succeeded > 0 ? Math.min(active, parallelism) : parallelism
  return Math.min(parallelism, Math.max(0, completions - succeeded))
}

function missingPods(
  job: Job,
  { missing, active, indexes }: { missing: number; active: readonly Pod[]; indexes: ReadonlySet<number> },
): (number | undefined)[] {
  if (!isIndexed(job)) return Array.from({ length: missing }, () => undefined)
  const taken = new Set(active.map(indexOf))
  const wanted: number[] = []
  for (let index = 0; index < (job.spec?.completions ?? 0) && wanted.length < missing; index++) {
    if (!indexes.has(index) && !taken.has(index)) wanted.push(index)
  }
  return wanted
}

/** Its containers have stopped. */
function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Will not succeed any more, or has: a pod that is being deleted is replaced at once. */
function hasEnded(pod: Pod): boolean {
  return isOver(pod) || pod.metadata.deletionTimestamp !== undefined
}

export function isFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
}

/** When a finished Job may be deleted by its `ttlSecondsAfterFinished`; undefined when never. */
export function expiresAt(job: Job): number | undefined {
  const ttl = job.spec?.ttlSecondsAfterFinished
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  const at = parseTimestamp(end?.lastTransitionTime)
  return ttl === undefined || at === undefined ? undefined : at + ttl * 1000
}
