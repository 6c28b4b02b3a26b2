import { objectKey } from '../../../../shared/api/object.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
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
import { activeReference, planCronJob } from './plan.ts'

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
  const state: State = { deps, cronJobs, jobs, recorder }
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
}

async function reconcile(state: State, key: string): Promise<ReconcileResult | undefined> {
  const cronJob = state.cronJobs.get(key)
  if (cronJob === undefined) return undefined
  const { clock } = state.deps
  const now = clock.now()
  const plan = planCronJob(cronJob, controlledBy(state.jobs, cronJob.metadata.uid ?? ''), now)
  for (const { type, reason, message } of plan.events) state.recorder.event(cronJob, type, reason, message)
  for (const job of plan.delete) await remove(state, cronJob, job)
  const started = plan.create && (await start(state, cronJob, plan.create.job))
  const status: CronJobStatus = {
    ...plan.status,
    ...(plan.create ? { lastScheduleTime: timestamp(plan.create.scheduledAt) } : {}),
    active: [...(plan.status.active ?? []), ...(started ? [activeReference(started)] : [])],
  }
  if (status.active?.length === 0) delete status.active
  if (!semanticEqual(cronJob.status ?? {}, status)) {
    await state.deps.client.resource(resources.cronJobs).updateStatus({ ...cronJob, status })
  }
  if (plan.nextAt === undefined) return undefined
  return { requeueAfterMs: Math.min(LOOK_MS, Math.max(1, plan.nextAt - now)) }
}

/** The Job that was started, or that an earlier try had started. */
async function start({ deps, jobs, recorder }: State, cronJob: CronJob, job: Job): Promise<Job | undefined> {
  try {
    const created = await deps.client.resource(resources.jobs).create(job)
    recorder.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${created.metadata.name}`)
    return created
  } catch (error) {
    if (isNamespaceTerminating(error)) return undefined
    if (isApiError(error, 'AlreadyExists')) return jobs.get(objectKey(job))
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
