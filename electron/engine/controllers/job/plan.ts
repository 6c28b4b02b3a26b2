import { isPodReady } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp, timestamp } from '../../../../shared/api/timestamp.ts'
import type { Job, JobCondition, JobStatus } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { indexOf, isIndexed } from './completion-index.ts'
import { countPods, type JobCount } from './count-pods.ts'
import { formatIndexes } from './indexes.ts'
import type { NewPod } from './job-pod.ts'
import { waitsForEnd } from './pod-end.ts'
import { surplusPods } from './surplus.ts'
import { conditionsOf, type Verdict, verdictOf } from './verdict.ts'

/** MaxPodCreateDeletePerSync: the rest follows once these are seen. */
const BURST = 500

export interface JobPlan {
  readonly status: JobStatus
  readonly create: readonly NewPod[]
  /** Stopped because the Job has ended: they still count. */
  readonly delete: readonly Pod[]
  /** Taken away from a Job that is suspended or smaller than before: that is no failure of theirs. */
  readonly withdraw: readonly Pod[]
  /** Counted, so nothing has to hold them any more: after the status is written. */
  readonly release: readonly Pod[]
  /** Uids of failed pods that were not counted before, also those that the failure policy ignores. */
  readonly newlyFailed: readonly string[]
  /** Wall-clock milliseconds at which an index that failed may be tried again. */
  readonly retryAt: number | undefined
}

export interface JobMoment {
  readonly now: number
  /** Engine time since the Job started. */
  readonly activeMs: number
}

/** One step of a Job: counts what ended, decides whether it is done, and how many pods should run. */
export function planJob(job: Job, pods: readonly Pod[], { now, activeMs }: JobMoment): JobPlan {
  const count = countPods(job, pods, now)
  const { active } = count
  const verdict = verdictOf(job, count, activeMs)
  const stop = verdict !== undefined || job.spec?.suspend === true
  const wanted = stop ? 0 : wantedActive(job, count)
  // A pod that has yet to end keeps its place where only failed ones are replaced.
  const places = wanted - active.length - (waitsForEnd(job) ? count.terminating.length : 0)
  const withdraw = verdict === undefined ? surplusPods(job, active, wanted, now).slice(0, BURST) : []
  const isFull = stop || withdraw.length > 0
  const missing = isFull
    ? { create: [], retryAt: undefined }
    : missingPods(job, count, { places: Math.min(places, BURST), now })
  return {
    status: statusOf(job, count, { verdict, stop, now }),
    ...missing,
    delete: verdict === undefined ? [] : active,
    withdraw,
    release: verdict !== undefined ? [...new Set([...count.release, ...heldFailures(count)])] : count.release,
    newlyFailed: count.newlyFailed,
  }
}

/** The pods that carry the numbers of an index: no further pod needs them once the Job ends. */
function heldFailures({ failures, uncounted }: JobCount): Pod[] {
  const counted = new Set(uncounted.failed)
  return [...failures.values()].map(({ last }) => last).filter(({ metadata }) => counted.has(metadata.uid ?? ''))
}

function statusOf(
  job: Job,
  count: JobCount,
  { verdict, stop, now }: { verdict: Verdict | undefined; stop: boolean; now: number },
): JobStatus {
  const { active, terminating, uncounted, succeededIndexes, failedIndexes } = count
  const waiting = uncounted.succeeded.length + uncounted.failed.length
  const conditions = conditionsOf(job, { verdict, left: active.length + terminating.length + waiting, now })
  const finished = finalCondition(conditions)
  const suspended = job.spec?.suspend === true
  const startTime = job.status?.startTime ?? (suspended ? undefined : timestamp(now))
  const succeeded = isIndexed(job) ? succeededIndexes.size : count.succeeded - uncounted.succeeded.length
  const failed = count.failed - uncounted.failed.length
  const hasFailedIndexes = job.spec?.backoffLimitPerIndex !== undefined && failedIndexes.size > 0
  return {
    ...(conditions.length > 0 ? { conditions: [...conditions] } : {}),
    ...(suspended && finished === undefined ? {} : startTime ? { startTime } : {}),
    ...(finished?.type === 'Complete' ? { completionTime: job.status?.completionTime ?? timestamp(now) } : {}),
    ...(active.length > 0 && !stop ? { active: active.length } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    terminating: stop ? terminating.length + active.length : terminating.length,
    ...(isIndexed(job) && succeededIndexes.size > 0 ? { completedIndexes: formatIndexes(succeededIndexes) } : {}),
    ...(hasFailedIndexes ? { failedIndexes: formatIndexes(failedIndexes) } : {}),
    uncountedTerminatedPods: {
      ...(uncounted.succeeded.length > 0 ? { succeeded: [...uncounted.succeeded] } : {}),
      ...(uncounted.failed.length > 0 ? { failed: [...uncounted.failed] } : {}),
    },
    ready: stop ? 0 : active.filter(isPodReady).length,
  }
}

function wantedActive(job: Job, { succeeded, failedIndexes, active }: JobCount): number {
  const { parallelism = 1, completions } = job.spec ?? {}
  // Without completions the first success means that the work is done: the rest only finishes.
  if (completions === undefined) return succeeded > 0 ? Math.min(active.length, parallelism) : parallelism
  return Math.min(parallelism, Math.max(0, completions - succeeded - failedIndexes.size))
}

/**
 * As many pods as there are places; of an Indexed Job the first indexes that are neither done nor taken. One that waits
 * out its back-off keeps its place: it delays no other index that has one, and none comes before its turn.
 */
function missingPods(
  job: Job,
  { active, terminating, succeededIndexes, failedIndexes, failures }: JobCount,
  { places, now }: { places: number; now: number },
): { create: NewPod[]; retryAt: number | undefined } {
  if (!isIndexed(job)) return { create: Array.from({ length: Math.max(0, places) }, () => ({})), retryAt: undefined }
  const taken = new Set([...active, ...(waitsForEnd(job) ? terminating : [])].map(indexOf))
  const create: NewPod[] = []
  let retryAt: number | undefined
  let free = places
  for (let index = 0; index < (job.spec?.completions ?? 0) && free > 0; index++) {
    if (succeededIndexes.has(index) || failedIndexes.has(index) || taken.has(index)) continue
    free -= 1
    const before = failures.get(index)
    if (before !== undefined && before.retryAt > now) retryAt = Math.min(retryAt ?? before.retryAt, before.retryAt)
    else create.push({ index, failures: { counted: before?.counted ?? 0, ignored: before?.ignored ?? 0 } })
  }
  return { create, retryAt }
}

function finalCondition(conditions: readonly JobCondition[] = []): JobCondition | undefined {
  return conditions.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')
}

export function isFinished({ status }: Job): boolean {
  return finalCondition(status?.conditions) !== undefined
}

/** When a finished Job may be deleted by its `ttlSecondsAfterFinished`; undefined when never. */
export function expiresAt({ spec, status }: Job): number | undefined {
  const ttl = spec?.ttlSecondsAfterFinished
  const at = parseTimestamp(finalCondition(status?.conditions)?.lastTransitionTime)
  return ttl === undefined || at === undefined ? undefined : at + ttl * 1000
}
