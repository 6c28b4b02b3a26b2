import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { backOffMs } from './back-off.ts'
import { indexOf } from './completion-index.ts'
import { judgeFailure } from './failure-policy.ts'
import { endedAt, hasFailed } from './pod-end.ts'
import { TRACKING } from './tracking.ts'

const FAILURES = 'batch.kubernetes.io/job-index-failure-count'
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count'

/** How often the pods of one index have failed, as its next pod will carry it. */
export interface IndexFailures {
  readonly counted: number
  /** Failures that the failure policy ignores: they only make the wait longer. */
  readonly ignored: number
  /** The pod whose failure was the last: it carries the numbers until the next one does. */
  readonly last: Pod
  /** No further try: by the limit, or by the failure policy. */
  readonly isFinal: boolean
  /** Wall-clock milliseconds from which the index may be tried again. */
  readonly retryAt: number
}

/** The failures of each index of a Job that limits them per index; empty for any other. */
export function failuresByIndex(job: Job, pods: readonly Pod[], now: number): ReadonlyMap<number, IndexFailures> {
  const found = new Map<number, IndexFailures>()
  const limit = job.spec?.backoffLimitPerIndex
  if (limit === undefined) return found
  for (const pod of pods) {
    const index = indexOf(pod)
    const isTracked = pod.metadata.finalizers?.includes(TRACKING)
    if (index === undefined || !isTracked || !hasFailed(job, pod)) continue
    const failures = failuresAfter(job, pod, { limit, now })
    const before = found.get(index)
    if (before === undefined || tries(failures) > tries(before)) found.set(index, failures)
  }
  return found
}

/** The annotations that hand the numbers on to the index's next pod. */
export function failureAnnotations(failures: Pick<IndexFailures, 'counted' | 'ignored'>): Record<string, string> {
  return {
    [FAILURES]: String(failures.counted),
    ...(failures.ignored > 0 ? { [IGNORED]: String(failures.ignored) } : {}),
  }
}

function tries({ counted, ignored }: IndexFailures): number {
  return counted + ignored
}

function failuresAfter(job: Job, pod: Pod, { limit, now }: { limit: number; now: number }): IndexFailures {
  const verdict = judgeFailure(job, pod)
  const [before, ignoredBefore] = [numberOf(pod, FAILURES), numberOf(pod, IGNORED)]
  return {
    counted: before + (verdict.counts ? 1 : 0),
    ignored: ignoredBefore + (verdict.counts ? 0 : 1),
    last: pod,
    isFinal: verdict.failsIndex || (verdict.counts && before >= limit),
    // A clock that jumped back must not make the wait longer than it can be.
    retryAt: Math.min(endedAt(pod) ?? now, now) + backOffMs(before + ignoredBefore + 1),
  }
}

function numberOf({ metadata }: Pod, annotation: string): number {
  const value = Number(metadata.annotations?.[annotation] ?? 0)
  return Number.isInteger(value) && value >= 0 ? value : 0
}
