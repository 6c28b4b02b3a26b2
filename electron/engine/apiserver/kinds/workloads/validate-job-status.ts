import type { Job, JobStatus } from '../../../../../shared/api/types/batch-v1.ts'
import { duplicate, type FieldError, invalid } from '../../machinery/field-error.ts'
import { checkNotNegative } from '../checks.ts'
import { countIndexes } from './indexes.ts'

const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const

/** ValidateJobUpdateStatus: what a Job has counted it does not forget. */
export function validateJobStatus(job: Job, old: Job): FieldError[] {
  const errors: FieldError[] = []
  const status = job.status ?? {}
  const before = old.status ?? {}
  for (const count of COUNTS) checkNotNegative(errors, `status.${count}`, status[count])
  checkUncounted(errors, status)
  if (hasCondition(status, 'Complete') || hasCondition(status, 'Failed')) checkFinished(errors, status)
  checkTimes(errors, status)
  checkIndexes(errors, job)
  checkConditions(errors, status)
  if (status.ready !== undefined && status.ready > (status.active ?? 0)) {
    errors.push(invalid('status.ready', status.ready, 'cannot set more ready pods than active'))
  }
  for (const count of ['failed', 'succeeded'] as const) {
    if (count === 'succeeded' && canShrink(job)) continue
    const value = status[count] ?? 0
    if (value < (before[count] ?? 0)) {
      errors.push(invalid(`status.${count}`, value, `cannot decrease the ${count} counter`))
    }
  }
  return errors
}

/** An Indexed Job of equal parallelism and completions may get smaller: its higher indexes then count no more. */
function canShrink({ spec }: Job): boolean {
  return spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism
}

function hasCondition(status: JobStatus, type: string): boolean {
  return Boolean(status.conditions?.some((condition) => condition.type === type && condition.status === 'True'))
}

function checkUncounted(errors: FieldError[], { uncountedTerminatedPods }: JobStatus): void {
  const known = new Set<string>()
  for (const list of ['succeeded', 'failed'] as const) {
    uncountedTerminatedPods?.[list]?.forEach((uid, at) => {
      const path = `status.uncountedTerminatedPods.${list}[${at}]`
      if (uid === '') errors.push(invalid(path, uid, 'must not be empty'))
      else if (known.has(uid)) errors.push(duplicate(path, uid))
      else known.add(uid)
    })
  }
}

function checkFinished(errors: FieldError[], status: JobStatus): void {
  for (const count of ['active', 'terminating'] as const) {
    const value = status[count] ?? 0
    if (value > 0) errors.push(invalid(`status.${count}`, value, `${count}>0 is invalid for finished job`))
  }
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  if (succeeded.length + failed.length > 0) {
    const message = 'uncountedTerminatedPods needs to be empty for finished job'
    errors.push(invalid('status.uncountedTerminatedPods', status.uncountedTerminatedPods, message))
  }
}

function checkTimes(errors: FieldError[], status: JobStatus): void {
  const { startTime, completionTime } = status
  const isComplete = hasCondition(status, 'Complete')
  if (isComplete && !completionTime) {
    errors.push({ type: 'FieldValueRequired', field: 'status.completionTime', message: MISSING_COMPLETION })
  }
  if (!isComplete && completionTime) {
    const message = 'cannot set completionTime when there is no Complete=True condition'
    errors.push(invalid('status.completionTime', completionTime, message))
  }
  if (startTime && completionTime && Date.parse(completionTime) < Date.parse(startTime)) {
    const message = 'completionTime cannot be set before startTime'
    errors.push(invalid('status.completionTime', completionTime, message))
  }
}

const MISSING_COMPLETION = 'Required value: completionTime is required for Complete jobs'

function checkIndexes(errors: FieldError[], { spec, status }: Job): void {
  const { completedIndexes = '', failedIndexes } = status ?? {}
  const isIndexed = spec?.completionMode === 'Indexed'
  const completions = spec?.completions ?? 0
  if (!isIndexed && completedIndexes !== '') {
    const message = 'cannot set non-empty completedIndexes when non-indexed completion mode'
    errors.push(invalid('status.completedIndexes', completedIndexes, message))
  }
  const counted = countIndexes(completedIndexes, completions)
  if (typeof counted !== 'number') {
    errors.push(
      invalid('status.completedIndexes', completedIndexes, `error parsing completedIndexes: ${counted.error}`),
    )
  }
  if (failedIndexes === undefined) return
  const refuse = (message: string) => {
    errors.push(invalid('status.failedIndexes', failedIndexes, message))
  }
  if (spec?.backoffLimitPerIndex === undefined) {
    refuse('cannot set non-null failedIndexes when backoffLimitPerIndex is null')
  }
  const failed = countIndexes(failedIndexes, completions)
  if (typeof failed !== 'number') refuse(`error parsing failedIndexes: ${failed.error}`)
}

/** Conditions that exclude each other. */
const EXCLUSIVE = [
  ['Complete', 'Failed'],
  ['Complete', 'FailureTarget'],
  ['Failed', 'SuccessCriteriaMet'],
  ['FailureTarget', 'SuccessCriteriaMet'],
] as const

function checkConditions(errors: FieldError[], status: JobStatus): void {
  for (const [one, other] of EXCLUSIVE) {
    if (!hasCondition(status, one) || !hasCondition(status, other)) continue
    const message = `Invalid value: cannot set ${one}=True and ${other}=true conditions`
    errors.push({ type: 'FieldValueInvalid', field: 'status.conditions', message })
  }
}
