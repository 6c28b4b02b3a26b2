import { controllerReference } from '../../../../shared/api/owner-references.ts'
import { parseTimestamp, timestamp } from '../../../../shared/api/timestamp.ts'
import type { CronJob, CronJobStatus, Job } from '../../../../shared/api/types/batch-v1.ts'
import type { ObjectReference } from '../../../../shared/api/types/core-v1.ts'
import { missedTimes, parseSchedule, type Schedule, TOO_MANY_MISSED } from './schedule.ts'

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export interface CronJobPlan {
  readonly status: CronJobStatus
  readonly events: readonly PlannedEvent[]
  /** Finished Jobs beyond the history limits, and running ones that are replaced. */
  readonly delete: readonly Job[]
  readonly create: { readonly job: Job; readonly scheduledAt: number } | undefined
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
  const idle = (nextAt?: number): CronJobPlan => ({ status, events, delete: tidy, create: undefined, nextAt })
  if (cronJob.metadata.deletionTimestamp !== undefined || cronJob.spec?.suspend) return idle()
  const schedule = readSchedule(cronJob, events)
  if (schedule === undefined) return idle()
  const due = dueTime(cronJob, schedule, { now, events })
  const nextAt = schedule.next(now)
  if (due === undefined) return idle(nextAt)
  const active = jobs.filter((job) => status.active?.some(({ uid }) => uid === job.metadata.uid))
  const policy = cronJob.spec?.concurrencyPolicy ?? 'Allow'
  if (policy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
    events.push({ type: 'Normal', reason: 'JobAlreadyActive', message })
    return idle(nextAt)
  }
  const replaced = policy === 'Replace' ? active : []
  const left = status.active?.filter(({ uid }) => !replaced.some(({ metadata }) => metadata.uid === uid))
  return {
    status: { ...status, active: left },
    events,
    delete: [...tidy, ...replaced],
    create: { job: jobAt(cronJob, due), scheduledAt: due },
    nextAt,
  }
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
    const ended = job.status?.completionTime
    if (ending(job) === 'Complete' && ended && (lastSuccessfulTime ?? '') < ended) lastSuccessfulTime = ended
  }
  return { ...status, active, ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}) }
}

/** Finished Jobs beyond the limits, oldest first. */
function surplus({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const started = ({ status, metadata }: Job) => status?.startTime ?? metadata.creationTimestamp ?? ''
  const beyond = (end: 'Complete' | 'Failed', limit: number | undefined) => {
    if (limit === undefined) return []
    const ended = jobs.filter((job) => ending(job) === end && job.metadata.deletionTimestamp === undefined)
    return ended.sort((a, b) => (started(a) < started(b) ? -1 : 1)).slice(0, Math.max(0, ended.length - limit))
  }
  return [...beyond('Complete', spec?.successfulJobsHistoryLimit), ...beyond('Failed', spec?.failedJobsHistoryLimit)]
}

function readSchedule({ spec }: CronJob, events: PlannedEvent[]): Schedule | undefined {
  try {
    return parseSchedule(spec?.schedule ?? '', spec?.timeZone)
  } catch (error) {
    const message = `unparseable schedule: ${JSON.stringify(spec?.schedule)} : ${(error as Error).message}`
    events.push({ type: 'Warning', reason: 'UnparseableSchedule', message })
    return undefined
  }
}

/** The time for which a Job is to be started now: the last that came, unless it had its Job or is too old. */
function dueTime(
  { metadata, spec, status }: CronJob,
  schedule: Schedule,
  { now, events }: { now: number; events: PlannedEvent[] },
): number | undefined {
  const created = parseTimestamp(metadata.creationTimestamp) ?? now
  const since = parseTimestamp(status?.lastScheduleTime) ?? created
  const deadlineMs = spec?.startingDeadlineSeconds === undefined ? undefined : spec.startingDeadlineSeconds * 1000
  const earliest = deadlineMs === undefined ? since : Math.max(since, now - deadlineMs - 1)
  if (earliest > now) return undefined
  const { last, tooMany } = missedTimes(schedule, earliest, now)
  if (tooMany) {
    const message = `too many missed start times (> ${TOO_MANY_MISSED}). Set or decrease .spec.startingDeadlineSeconds or check clock skew`
    events.push({ type: 'Warning', reason: 'TooManyMissedTimes', message })
  }
  return last
}

/** The Job of one scheduled time: its name says which, so that no time is started twice. */
function jobAt(cronJob: CronJob, scheduledAt: number): Job {
  const { name, namespace } = cronJob.metadata
  const { metadata = {}, spec } = cronJob.spec?.jobTemplate ?? {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...(metadata.labels ? { labels: metadata.labels } : {}),
      annotations: { ...metadata.annotations, [SCHEDULED_AT]: timestamp(scheduledAt) },
      name: `${name}-${Math.floor(scheduledAt / 60_000)}`,
      namespace,
      ownerReferences: [controllerReference(cronJob)],
    },
    ...(spec ? { spec } : {}),
  }
}

/** How a status names a Job that it started. */
export function activeReference(job: Job): ObjectReference {
  const { name, namespace, uid, resourceVersion } = job.metadata
  return { kind: 'Job', apiVersion: 'batch/v1', name, namespace, uid, resourceVersion }
}
