import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import type { CronJob, CronJobStatus, Job } from '../../../../shared/api/types/batch-v1.ts'
import type { ObjectReference } from '../../../../shared/api/types/core-v1.ts'
import { missedTimes, parseSchedule, type Schedule } from './schedule.ts'
import { jobAt } from './scheduled-job.ts'

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** Told once for as long as it is so, though every look finds it. */
  readonly about?: string
}

export interface CronJobPlan {
  readonly status: CronJobStatus
  readonly events: readonly PlannedEvent[]
  /** Running Jobs that have to go before another is started. */
  readonly replace: readonly Job[]
  readonly create: { readonly job: Job; readonly scheduledAt: number } | undefined
  /** Finished Jobs beyond the history limits. */
  readonly tidy: readonly Job[]
  /** When to look again. */
  readonly nextAt: number | undefined
}

/** How a finished Job ended; undefined while it runs. */
export function ending(job: Job): 'Complete' | 'Failed' | undefined {
  const final = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  )
  return final?.type as 'Complete' | 'Failed' | undefined
}

/** The next step of a CronJob: tidy what has ended, and start what is due, at most one Job at a time. */
export function planCronJob(cronJob: CronJob, jobs: readonly Job[], now: number): CronJobPlan {
  const events: PlannedEvent[] = []
  const status = observe(cronJob, jobs, events)
  const tidy = surplus(cronJob, jobs)
  const idle = (nextAt?: number): CronJobPlan => ({ status, events, replace: [], create: undefined, tidy, nextAt })
  if (cronJob.metadata.deletionTimestamp !== undefined || cronJob.spec?.suspend) return idle()
  const schedule = readSchedule(cronJob, events)
  if (schedule === undefined) return idle()
  const since = lastStart(cronJob) ?? now
  if (schedule.next(since) === undefined) {
    const problem = 'time difference between two schedules is less than 1 second'
    const message = `invalid schedule: ${cronJob.spec?.schedule} : ${problem}`
    events.push({ type: 'Warning', reason: 'InvalidSchedule', message, about: 'schedule' })
    return idle()
  }
  const due = dueTime(cronJob, schedule, { since, now, events })
  const nextAt = nextTime(schedule, since, now)
  if (due === undefined) return idle(nextAt)
  const active = jobs.filter((job) => status.active?.some(({ uid }) => uid === job.metadata.uid))
  const policy = cronJob.spec?.concurrencyPolicy ?? 'Allow'
  if (policy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
    events.push({ type: 'Normal', reason: 'JobAlreadyActive', message, about: String(due) })
    return idle(nextAt)
  }
  const replace = policy === 'Replace' ? active : []
  const left = status.active?.filter(({ uid }) => !replace.some(({ metadata }) => metadata.uid === uid))
  const create = { job: jobAt(cronJob, due), scheduledAt: due }
  return { status: { ...status, active: left }, events, replace, create, tidy, nextAt }
}

/** The CronJob's status as its Jobs are: ended ones are active no more. */
function observe(cronJob: CronJob, jobs: readonly Job[], events: PlannedEvent[]): CronJobStatus {
  const status: CronJobStatus = { ...cronJob.status }
  let { lastSuccessfulTime } = status
  const active: ObjectReference[] = []
  for (const reference of status.active ?? []) {
    const job = jobs.find(({ metadata }) => metadata.uid === reference.uid)
    const end = job && ending(job)
    if (job === undefined) {
      const message = `Active job went missing: ${reference.name}`
      events.push({ type: 'Normal', reason: 'MissingJob', message })
    } else if (end === undefined) active.push(reference)
    else {
      const message = `Saw completed job: ${reference.name}, condition: ${end}`
      events.push({ type: 'Normal', reason: 'SawCompletedJob', message })
    }
  }
  for (const job of jobs) {
    if (ending(job) === undefined && !status.active?.some(({ uid }) => uid === job.metadata.uid)) {
      const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`
      events.push({ type: 'Warning', reason: 'UnexpectedJob', message, about: job.metadata.uid ?? '' })
    }
    const ended = job.status?.completionTime
    if (ending(job) === 'Complete' && ended && (lastSuccessfulTime ?? '') < ended) lastSuccessfulTime = ended
  }
  return { ...status, active, ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}) }
}

/** Finished Jobs beyond the limits, the ones that started first. */
function surplus({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const beyond = (end: 'Complete' | 'Failed', limit: number | undefined) => {
    if (limit === undefined) return []
    const ended = jobs.filter((job) => ending(job) === end && job.metadata.deletionTimestamp === undefined)
    return ended.sort(byStart).slice(0, Math.max(0, ended.length - limit))
  }
  return [...beyond('Complete', spec?.successfulJobsHistoryLimit), ...beyond('Failed', spec?.failedJobsHistoryLimit)]
}

/** byJobStartTime: one that never started comes last. */
function byStart(a: Job, b: Job): number {
  const started = ({ status }: Job) => parseTimestamp(status?.startTime) ?? Number.MAX_SAFE_INTEGER
  return started(a) - started(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)
}

function readSchedule({ spec }: CronJob, events: PlannedEvent[]): Schedule | undefined {
  try {
    return parseSchedule(spec?.schedule ?? '', spec?.timeZone)
  } catch (error) {
    const message = `unparseable schedule: ${JSON.stringify(spec?.schedule)} : ${(error as Error).message}`
    events.push({ type: 'Warning', reason: 'UnparseableSchedule', message, about: 'schedule' })
    return undefined
  }
}

/** What was due up to then had its Job; later times may lack theirs. */
function lastStart({ metadata, status }: CronJob): number | undefined {
  return parseTimestamp(status?.lastScheduleTime) ?? parseTimestamp(metadata.creationTimestamp)
}

/** nextScheduleTimeDuration. */
function nextTime(schedule: Schedule, since: number, now: number): number | undefined {
  if (schedule.everyMs === undefined) return schedule.next(now)
  return schedule.next(missedTimes(schedule, since, now).last ?? since)
}

/** The time for which a Job is to be started now: the last that came, unless it had its Job or is too old. */
function dueTime(
  { spec }: CronJob,
  schedule: Schedule,
  { since, now, events }: { since: number; now: number; events: PlannedEvent[] },
): number | undefined {
  const deadline = spec?.startingDeadlineSeconds
  const tooOld = deadline === undefined ? Number.NEGATIVE_INFINITY : now - deadline * 1000
  // Intervals count from the last start, so that none may be left out of the count.
  const earliest = schedule.everyMs === undefined ? Math.max(since, tooOld) : since
  const { last, tooMany } = missedTimes(schedule, earliest, now)
  if (last === undefined || last <= tooOld) return undefined
  if (tooMany) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
    events.push({ type: 'Warning', reason: 'TooManyMissedTimes', message, about: String(last) })
  }
  return last
}
