import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { Job, JobCondition } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { isIndexed } from './completion-index.ts'
import type { JobCount } from './count-pods.ts'
import { fulfilledSuccessRule } from './success-policy.ts'

/** How a Job ends. */
export interface Verdict {
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

/** The end that the Job has come to, in the order in which Kubernetes looks for one; undefined while it goes on. */
export function verdictOf(job: Job, count: JobCount, activeMs: number): Verdict | undefined {
  return (
    earlierVerdict(job) ??
    (count.failsJob === undefined ? undefined : failed('PodFailurePolicy', count.failsJob)) ??
    limitVerdict(job, count, activeMs) ??
    indexVerdict(job, count) ??
    completion(job, count)
  )
}

function failed(reason: string, message: string): Verdict {
  return { type: 'Failed', reason, message }
}

/** What the status says already is not decided again. */
function earlierVerdict({ status: written }: Job): Verdict | undefined {
  for (const { type, status, reason = '', message = '' } of written?.conditions ?? []) {
    if (status !== 'True') continue
    if (type === 'SuccessCriteriaMet' || type === 'Complete') return { type: 'Complete', reason, message }
    if (type === 'FailureTarget' || type === 'Failed') return { type: 'Failed', reason, message }
  }
  return undefined
}

function limitVerdict(job: Job, { failed: failures, active }: JobCount, activeMs: number): Verdict | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds, suspend } = job.spec ?? {}
  if (failures > backoffLimit || hasRestartedTooOften(job, active, backoffLimit)) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  }
  if (activeDeadlineSeconds !== undefined && !suspend && activeMs >= activeDeadlineSeconds * 1000) {
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  return undefined
}

/** pastBackoffLimitOnFailure: with `OnFailure` the containers' restarts are the tries. */
function hasRestartedTooOften({ spec }: Job, active: readonly Pod[], limit: number): boolean {
  if (spec?.template.spec?.restartPolicy !== 'OnFailure') return false
  const restarts = active
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0)
  return limit === 0 ? restarts > 0 : restarts >= limit
}

function indexVerdict(job: Job, { failedIndexes, succeededIndexes }: JobCount): Verdict | undefined {
  const { backoffLimitPerIndex, maxFailedIndexes, completions = 0 } = job.spec ?? {}
  if (backoffLimitPerIndex === undefined || failedIndexes.size === 0) return undefined
  if (maxFailedIndexes !== undefined && failedIndexes.size > maxFailedIndexes) {
    return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
  }
  if (failedIndexes.size + succeededIndexes.size < completions) return undefined
  return failed('FailedIndexes', 'Job has failed indexes')
}

function completion(job: Job, { succeeded, succeededIndexes, active }: JobCount): Verdict | undefined {
  const { completions, suspend } = job.spec ?? {}
  const rule = isIndexed(job) ? fulfilledSuccessRule(job, succeededIndexes) : undefined
  if (rule !== undefined) {
    return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` }
  }
  const done = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions
  if (!done || suspend) return undefined
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
}

/** The verdict shows first as SuccessCriteriaMet or FailureTarget, and as final once every pod has stopped and counts. */
export function conditionsOf(
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
