import { objectKey } from '../../../../shared/api/object.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { ignoreNotFound } from '../../../../shared/api/status.ts'
import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import {
  type Controller,
  isNamespaceTerminating,
  owning,
  type ReconcileResult,
  runController,
} from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import { Expectations } from '../../controller/expectations.ts'
import type { Informer } from '../../controller/informer.ts'
import { addOwnerIndex, controlledBy } from '../../controller/owner-index.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { EngineAge } from '../workload/engine-age.ts'
import { dependentHandler, resolveOwner } from '../workload/owner-resolver.ts'
import { createPodControl, type PodControl, slowStart } from '../workload/pod-control.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { backOffMs } from './back-off.ts'
import { jobPod } from './job-pod.ts'
import { expiresAt, isFinished, type JobPlan, planJob } from './plan.ts'
import { TRACKING } from './tracking.ts'

/** Keys of pods whose Job is gone, beside the keys of Jobs. */
const ORPHAN = 'orphan:'

/**
 * Runs pods until enough of them have succeeded.
 * - Every pod counts exactly once, however it goes: a finalizer holds it until the Job's status has its uid.
 * - Failed pods are replaced after 10 s, doubling to 10 min, until `backoffLimit`, or per index until its own limit.
 * - `podFailurePolicy` says which failures count, end an index or the Job; `successPolicy`, which successes are enough.
 * - A finished Job is deleted after `ttlSecondsAfterFinished`.
 */
export function startJobController(deps: ControllerDeps): Controller {
  const jobs = deps.informers.of(resources.jobs)
  const pods = deps.informers.of(resources.pods)
  addOwnerIndex(pods)
  const recorder = createEventRecorder({ ...deps, component: 'job-controller' })
  const expectations = new Expectations(deps.clock)
  const podControl = createPodControl(deps.client, recorder)
  const state: State = {
    deps,
    jobs,
    pods,
    recorder,
    expectations,
    podControl,
    age: new EngineAge(deps.clock),
    failures: new Map(),
  }
  const controller = runController({
    ...deps,
    name: 'job',
    informers: [jobs, pods],
    reconcile: (_, { key }) =>
      key.startsWith(ORPHAN) ? releaseOrphan(state, key.slice(ORPHAN.length)) : reconcile(state, key),
  })
  const enqueue = (job: Job) => controller.queue.add(objectKey(job))
  const enqueueOrphan = (pod: Pod) => {
    if (isOrphan(state, pod)) controller.queue.add(ORPHAN + objectKey(pod))
  }
  const forget = (job: Job) => {
    expectations.forget(objectKey(job))
    state.failures.delete(objectKey(job))
    state.age.forget(objectKey(job))
    for (const pod of controlledBy(pods, job.metadata.uid ?? '')) enqueueOrphan(pod)
  }
  const subscriptions = [
    jobs.onChange({ added: enqueue, updated: (_, job) => enqueue(job), deleted: forget }),
    pods.onChange(
      dependentHandler<Pod, Job>({
        owners: jobs,
        candidates: () => [],
        enqueue,
        created: (job) => expectations.creationObserved(objectKey(job)),
        deleted: (job, pod) => expectations.deletionObserved(objectKey(job), objectKey(pod)),
      }),
    ),
    pods.onChange({ added: enqueueOrphan, updated: (_, pod) => enqueueOrphan(pod) }),
  ]
  return owning(controller, subscriptions, recorder)
}

interface State {
  readonly deps: ControllerDeps
  readonly jobs: Informer<Job>
  readonly pods: Informer<Pod>
  readonly recorder: EventRecorder
  readonly expectations: Expectations
  readonly podControl: PodControl
  readonly age: EngineAge
  /** Failures in a row and the engine time of the last, by Job; "seen" are the pods that the last look found. */
  readonly failures: Map<string, { count: number; at: number; seen: ReadonlySet<string> }>
}

async function reconcile(state: State, key: string): Promise<ReconcileResult | undefined> {
  const job = state.jobs.get(key)
  if (job === undefined || isManagedElsewhere(job)) return undefined
  const { clock } = state.deps
  const pods = controlledBy(state.pods, job.metadata.uid ?? '')
  const isGoing = job.metadata.deletionTimestamp !== undefined
  if (isGoing || isFinished(job)) {
    for (const pod of pods) if (isTracked(pod)) await release(state, pod)
    return isGoing ? undefined : expire(state, job)
  }
  // Without a cache that is up to date, pods could be made twice; their events queue the Job again.
  if (!state.expectations.satisfied(key)) return undefined
  const { startTime } = job.status ?? {}
  const activeMs = startTime === undefined ? 0 : state.age.sinceMs(key, startTime)
  const plan = planJob(job, pods, { now: clock.now(), activeMs })
  // Limits per index come with a wait per index.
  const backoffMs = job.spec?.backoffLimitPerIndex === undefined ? backOff(state, key, job, plan) : 0
  await writeStatus(state, job, plan)
  for (const pod of plan.release) await release(state, pod)
  const failure = await apply(state, job, { ...plan, create: backoffMs > 0 ? [] : plan.create })
  if (failure !== undefined) throw failure
  const { activeDeadlineSeconds } = job.spec ?? {}
  const waits = [
    ...(backoffMs > 0 && plan.create.length > 0 ? [backoffMs] : []),
    ...(plan.retryAt === undefined ? [] : [Math.max(1, plan.retryAt - clock.now())]),
    ...(activeDeadlineSeconds === undefined ? [] : [Math.max(1, activeDeadlineSeconds * 1000 - activeMs)]),
  ]
  return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : undefined
}

/** Another controller has said that this Job is its own. */
function isManagedElsewhere({ spec }: Job): boolean {
  return spec?.managedBy !== undefined && spec.managedBy !== 'kubernetes.io/job-controller'
}

/** Engine time to wait before failed pods are replaced. A success ends the back-off. */
function backOff({ failures, deps }: State, key: string, job: Job, { newlyFailed, status }: JobPlan): number {
  const now = deps.clock.monotonicMs()
  if ((status.succeeded ?? 0) > (job.status?.succeeded ?? 0)) failures.delete(key)
  const before = failures.get(key)
  const fresh = newlyFailed.filter((uid) => !before?.seen.has(uid)).length
  if (before !== undefined || fresh > 0) {
    const at = fresh > 0 ? now : (before?.at ?? now)
    failures.set(key, { count: (before?.count ?? 0) + fresh, at, seen: new Set(newlyFailed) })
  }
  const last = failures.get(key)
  if (last === undefined) return 0
  return Math.max(0, last.at + backOffMs(last.count) - now)
}

async function writeStatus({ deps, recorder }: State, job: Job, { status }: JobPlan): Promise<void> {
  if (semanticEqual(job.status, status)) return
  const written = await deps.client.resource(resources.jobs).updateStatus({ ...job, status })
  const final = written.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  if (final?.type === 'Complete') recorder.event(job, 'Normal', 'Completed', 'Job completed')
  if (final?.type === 'Failed') recorder.event(job, 'Warning', final.reason ?? '', final.message ?? '')
  const suspended = (of: Job) => of.status?.conditions?.find(({ type }) => type === 'Suspended')?.status
  if (suspended(job) === suspended(written)) return
  if (suspended(written) === 'True') recorder.event(job, 'Normal', 'Suspended', 'Job suspended')
  else recorder.event(job, 'Normal', 'Resumed', 'Job resumed')
}

/** Answers the first failure. */
async function apply(state: State, job: Job, plan: JobPlan): Promise<unknown> {
  const { expectations, podControl } = state
  const remove = [...plan.delete, ...plan.withdraw]
  if (plan.create.length === 0 && remove.length === 0) return undefined
  const key = objectKey(job)
  expectations.expect(key, { creations: plan.create.length, deletions: remove.map(objectKey) })
  const { created, error } = await slowStart(plan.create.length, async (index) => {
    try {
      await podControl.create(jobPod(job, plan.create[index] ?? {}), job)
    } catch (failure) {
      if (!isNamespaceTerminating(failure)) throw failure
    }
  })
  for (let skipped = created; skipped < plan.create.length; skipped++) expectations.creationObserved(key)
  let failure = error
  for (const pod of remove) {
    try {
      if (plan.withdraw.includes(pod)) await release(state, pod)
      if (!(await podControl.delete(pod, job))) expectations.deletionObserved(key, objectKey(pod))
    } catch (cause) {
      expectations.deletionObserved(key, objectKey(pod))
      failure ??= cause
    }
  }
  return failure
}

async function expire({ deps }: State, job: Job): Promise<ReconcileResult | undefined> {
  const at = expiresAt(job)
  if (at === undefined) return undefined
  const leftMs = at - deps.clock.now()
  if (leftMs > 0) return { requeueAfterMs: leftMs }
  const { name = '', namespace, uid = '' } = job.metadata
  const options = { propagationPolicy: 'Foreground', preconditions: { uid } } as const
  await deps.client.resource(resources.jobs).delete({ name, namespace }, options).catch(ignoreNotFound)
  return undefined
}

function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING) === true
}

/** Held for a Job that will never count it. */
function isOrphan({ jobs }: State, pod: Pod): boolean {
  return isTracked(pod) && resolveOwner(jobs, pod.metadata.namespace, controllerOf(pod)) === undefined
}

async function releaseOrphan(state: State, key: string): Promise<undefined> {
  const pod = state.pods.get(key)
  if (pod !== undefined && isOrphan(state, pod)) await release(state, pod)
}

async function release({ deps }: State, { metadata }: Pod): Promise<void> {
  const { name = '', namespace, resourceVersion, uid } = metadata
  const finalizers = metadata.finalizers?.filter((finalizer) => finalizer !== TRACKING) ?? []
  const body = { metadata: { uid, resourceVersion, finalizers } }
  const patch = { type: 'application/merge-patch+json', body } as const
  await deps.client.resource(resources.pods).patch({ name, namespace }, patch).catch(ignoreNotFound)
}
