import { objectKey } from '../../../../shared/api/object.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { ignoreNotFound, isApiError } from '../../../../shared/api/status.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { CronJob, CronJobStatus, Job } from '../../../../shared/api/types/batch-v1.ts'
import {
  type Controller,
  isNamespaceTerminating,
  owning,
  type ReconcileResult,
  runController,
} from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import { addOwnerIndex, controlledBy } from '../../controller/owner-index.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { messageOf } from '../workload/pod-control.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { type CronJobPlan, ending, type PlannedEvent, planCronJob } from './plan.ts'
import { activeReference } from './scheduled-job.ts'

/** Schedules follow the clock on the wall, which a laptop's sleep moves on: looked at this often at the least. */
const LOOK_MS = 20_000

/**
 * Starts Jobs at the times of a schedule.
 * - One Job a scheduled time: the time is in the Job's name.
 * - No storm after a pause: of the times that were missed only the last is made up for.
 */
export function startCronJobController(deps: ControllerDeps): Controller {
  const cronJobs = deps.informers.of(resources.cronJobs)
  const jobs = deps.informers.of(resources.jobs)
  addOwnerIndex(jobs)
  const recorder = createEventRecorder({ ...deps, component: 'cronjob-controller' })
  const state: State = { deps, cronJobs, jobs, recorder, told: new Map() }
  const controller = runController({
    ...deps,
    name: 'cronjob',
    informers: [cronJobs, jobs],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const enqueue = (cronJob: CronJob) => controller.queue.add(objectKey(cronJob))
  const enqueueOwner = (job: Job) => {
    const owner = controllerOf(job)
    if (owner?.kind === 'CronJob') controller.queue.add(`${job.metadata.namespace}/${owner.name}`)
  }
  const subscriptions = [
    cronJobs.onChange({ added: enqueue, updated: (_, cronJob) => enqueue(cronJob) }),
    jobs.onChange({ added: enqueueOwner, updated: (_, job) => enqueueOwner(job), deleted: enqueueOwner }),
  ]
  return owning(controller, subscriptions, recorder)
}

interface State {
  readonly deps: ControllerDeps
  readonly cronJobs: Informer<CronJob>
  readonly jobs: Informer<Job>
  readonly recorder: EventRecorder
  /** What the last look at each CronJob told of that lasts. */
  readonly told: Map<string, ReadonlySet<string>>
}

async function reconcile(state: State, key: string): Promise<ReconcileResult | undefined> {
  const cronJob = state.cronJobs.get(key)
  if (cronJob === undefined) {
    state.told.delete(key)
    return undefined
  }
  const now = state.deps.clock.now()
  const plan = planCronJob(cronJob, await jobsOf(state, cronJob), now)
  tell(state, cronJob, plan.events)
  let status = plan.status
  try {
    for (const job of plan.replace) await remove(state, cronJob, job)
    if (plan.create !== undefined) status = await start(state, cronJob, { ...plan, create: plan.create })
  } finally {
    await writeStatus(state, cronJob, status)
  }
  for (const job of plan.tidy) await remove(state, cronJob, job)
  if (plan.nextAt === undefined) return undefined
  return { requeueAfterMs: Math.min(LOOK_MS, Math.max(1, plan.nextAt - now)) }
}

/** The CronJob's Jobs, also those that its status names and the cache does not have yet. */
async function jobsOf({ deps, jobs }: State, cronJob: CronJob): Promise<readonly Job[]> {
  const { uid = '' } = cronJob.metadata
  const known = controlledBy(jobs, uid)
  const unseen: Job[] = []
  for (const { name = '', namespace, uid: jobUid } of cronJob.status?.active ?? []) {
    if (known.some(({ metadata }) => metadata.uid === jobUid)) continue
    const job = await deps.client.resource(resources.jobs).get(name, namespace).catch(ignoreNotFound)
    if (job !== undefined && job.metadata.uid === jobUid && controllerOf(job)?.uid === uid) unseen.push(job)
  }
  return [...known, ...unseen]
}

function tell({ told, recorder }: State, cronJob: CronJob, events: readonly PlannedEvent[]): void {
  const key = objectKey(cronJob)
  const before = told.get(key)
  const lasting = new Set<string>()
  for (const { type, reason, message, about } of events) {
    const what = `${reason} ${about}`
    if (about !== undefined) lasting.add(what)
    if (about === undefined || !before?.has(what)) recorder.event(cronJob, type, reason, message)
  }
  told.set(key, lasting)
}

async function writeStatus({ deps }: State, cronJob: CronJob, status: CronJobStatus): Promise<void> {
  const { active = [], ...others } = status
  const after = active.length > 0 ? status : others
  if (semanticEqual(cronJob.status ?? {}, after)) return
  await deps.client.resource(resources.cronJobs).updateStatus({ ...cronJob, status: after })
}

/** The status with the Job that was started, or that an earlier try had started. */
async function start(
  state: State,
  cronJob: CronJob,
  { status, create }: { status: CronJobStatus; create: NonNullable<CronJobPlan['create']> },
): Promise<CronJobStatus> {
  const job = await createJob(state, cronJob, create.job)
  // The name is another's: that one may be gone at the next look.
  if (job === undefined || controllerOf(job)?.uid !== cronJob.metadata.uid) return status
  const { active = [] } = status
  const isListed = active.some(({ uid }) => uid === job.metadata.uid)
  return {
    ...status,
    lastScheduleTime: timestamp(create.scheduledAt),
    active: isListed || ending(job) !== undefined ? active : [...active, activeReference(job)],
  }
}

async function createJob({ deps, recorder }: State, cronJob: CronJob, job: Job): Promise<Job | undefined> {
  const client = deps.client.resource(resources.jobs)
  try {
    const created = await client.create(job)
    recorder.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${created.metadata.name}`)
    return created
  } catch (error) {
    if (isNamespaceTerminating(error)) return undefined
    if (isApiError(error, 'AlreadyExists')) return client.get(job.metadata.name ?? '', job.metadata.namespace)
    recorder.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`)
    throw error
  }
}

async function remove({ deps, recorder }: State, cronJob: CronJob, job: Job): Promise<void> {
  const { name = '', namespace, uid = '' } = job.metadata
  const options = { propagationPolicy: 'Background', preconditions: { uid } } as const
  try {
    await deps.client.resource(resources.jobs).delete({ name, namespace }, options)
  } catch (error) {
    if (isApiError(error, 'NotFound')) return
    recorder.event(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`)
    throw error
  }
  recorder.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`)
}
