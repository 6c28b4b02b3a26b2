import type { Job, JobStatus } from '../../../../../shared/api/types/batch-v1.ts'
import { duplicate, type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { checkNotNegative } from '../checks.ts'
import { checkJobIndexes } from './job-indexes.ts'

const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const
const CONDITIONS = ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet'] as const
type Condition = (typeof CONDITIONS)[number]

/** Whether a rule about these fields and conditions is asked: old mistakes are left alone until one of them changes. */
type Changed = (...of: readonly (keyof JobStatus | Condition)[]) => boolean

/** ValidateJobUpdateStatus: a status that makes sense, and that forgets nothing it has counted or decided. */
export function validateJobStatus(job: Job, old: Job): FieldError[] {
  const errors: FieldError[] = []
  const [status, before] = [job.status ?? {}, old.status ?? {}]
  const changed: Changed = (...of) =>
    of.some((name) =>
      isCondition(name) ? is(status, name) !== is(before, name) : !semanticallyEqual(status[name], before[name]),
    )
  for (const count of COUNTS) checkNotNegative(errors, `status.${count}`, status[count])
  checkUncounted(errors, status)
  checkExclusive(errors, status, changed)
  checkTimes(errors, status, changed)
  checkPrecedence(errors, status, changed)
  if (is(status, 'Complete') || is(status, 'Failed')) checkFinished(errors, status, changed)
  checkJobIndexes(errors, job, changed)
  if (status.ready !== undefined && status.ready > (status.active ?? 0) && changed('ready', 'active')) {
    errors.push(invalid('status.ready', status.ready, 'cannot set more ready pods than active'))
  }
  checkKept(errors, job, old)
  return errors
}

function isCondition(name: string): name is Condition {
  return CONDITIONS.some((condition) => condition === name)
}

function is({ conditions }: JobStatus, type: Condition): boolean {
  return Boolean(conditions?.some((condition) => condition.type === type && condition.status === 'True'))
}

/** The conditions themselves are not printed. */
function refuseConditions(errors: FieldError[], message: string): void {
  errors.push({ type: 'FieldValueInvalid', field: 'status.conditions', message: `Invalid value: ${message}` })
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

function checkExclusive(errors: FieldError[], status: JobStatus, changed: Changed): void {
  const exclude = (one: Condition, other: Condition) => {
    if (is(status, one) && is(status, other)) {
      refuseConditions(errors, `cannot set ${one}=True and ${other}=true conditions`)
    }
  }
  if (changed('Complete', 'Failed')) exclude('Complete', 'Failed')
  if (changed('Complete', 'FailureTarget')) exclude('Complete', 'FailureTarget')
  exclude('SuccessCriteriaMet', 'Failed')
  exclude('SuccessCriteriaMet', 'FailureTarget')
}

function checkTimes(errors: FieldError[], status: JobStatus, changed: Changed): void {
  const { startTime, completionTime } = status
  const refuse = (message: string) => {
    errors.push(invalid('status.completionTime', completionTime, message))
  }
  if (changed('Complete', 'completionTime')) {
    const isComplete = is(status, 'Complete')
    if (completionTime && !isComplete) refuse('cannot set completionTime when there is no Complete=True condition')
    if (!completionTime && isComplete) {
      errors.push(required('status.completionTime', 'completionTime is required for Complete jobs'))
    }
  }
  if (!changed('startTime', 'completionTime') || !startTime || !completionTime) return
  if (Date.parse(completionTime) < Date.parse(startTime)) refuse('completionTime cannot be set before startTime')
}

function checkPrecedence(errors: FieldError[], status: JobStatus, changed: Changed): void {
  const precede = (end: Condition, first: Condition) => {
    if (changed(end, first) && is(status, end) && !is(status, first)) {
      refuseConditions(errors, `cannot set ${end}=True condition without the ${first}=true condition`)
    }
  }
  precede('Failed', 'FailureTarget')
  precede('Complete', 'SuccessCriteriaMet')
}

function checkFinished(errors: FieldError[], status: JobStatus, changed: Changed): void {
  for (const count of ['active', 'terminating'] as const) {
    const value = status[count] ?? 0
    if (value <= 0 || !changed('Complete', 'Failed', count)) continue
    errors.push(invalid(`status.${count}`, value, `${count}>0 is invalid for finished job`))
  }
  if (!status.startTime && changed('Complete', 'Failed', 'startTime')) {
    errors.push(required('status.startTime', 'startTime is required for finished job'))
  }
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  if (succeeded.length + failed.length > 0 && changed('Complete', 'Failed', 'uncountedTerminatedPods')) {
    const message = 'uncountedTerminatedPods needs to be empty for finished job'
    errors.push(invalid('status.uncountedTerminatedPods', status.uncountedTerminatedPods, message))
  }
}

/** ValidateJobStatusUpdate: what does not go back. */
function checkKept(errors: FieldError[], job: Job, old: Job): void {
  const [status, before] = [job.status ?? {}, old.status ?? {}]
  for (const end of ['Failed', 'Complete', 'FailureTarget'] as const) {
    if (is(before, end) && !is(status, end)) {
      refuseConditions(errors, `cannot disable the terminal ${end}=True condition`)
    }
  }
  for (const count of ['failed', 'succeeded'] as const) {
    if (count === 'succeeded' && canShrink(job)) continue
    const value = status[count] ?? 0
    if (value < (before[count] ?? 0)) {
      errors.push(invalid(`status.${count}`, value, `cannot decrease the ${count} counter`))
    }
  }
  const { completionTime, startTime } = status
  if (completionTime && before.completionTime && completionTime !== before.completionTime) {
    errors.push(invalid('status.completionTime', completionTime, 'completionTime cannot be mutated'))
  }
  if (before.startTime && startTime !== before.startTime && !job.spec?.suspend) {
    errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'))
  }
  if (is(before, 'SuccessCriteriaMet') && !is(status, 'SuccessCriteriaMet')) {
    refuseConditions(errors, 'cannot disable the SuccessCriteriaMet=True condition')
  }
  if (is(before, 'Complete') && !is(before, 'SuccessCriteriaMet') && is(status, 'SuccessCriteriaMet')) {
    refuseConditions(errors, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')
  }
}

/** An Indexed Job of equal parallelism and completions may get smaller: its higher indexes then count no more. */
function canShrink({ spec }: Job): boolean {
  return spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism
}
