import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import { objectKey } from '../../../../shared/api/object.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { isPodActive, isPodReady } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { ReplicaSet, ReplicaSetStatus } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { ResourceClient } from '../../client/client.ts'
import {
  type Controller,
  isNamespaceTerminating,
  owning,
  type ReconcileResult,
  runController,
} from '../../controller/controller.ts'
import { createEventRecorder } from '../../controller/event-recorder.ts'
import { Expectations } from '../../controller/expectations.ts'
import type { Informer } from '../../controller/informer.ts'
import { addOwnerIndex, controlledBy, orphansIn } from '../../controller/owner-index.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { claim } from '../workload/claim.ts'
import { dependentHandler } from '../workload/owner-resolver.ts'
import { createPodControl, type PodControl, podFromTemplate, slowStart } from '../workload/pod-control.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { availablePods, nextAvailabilityMs, planReplicas, replicaSetStatus } from './plan.ts'
import { countPods, type PodCounts, PodTallies } from './pod-tally.ts'

/** A kind that keeps replicas of a pod, seen as ReplicaSets. */
export interface ReplicaKind {
  readonly name: string
  /** The component that its events come from. */
  readonly component: string
  readonly owners: Informer<ReplicaSet>
  readonly client: Pick<ResourceClient<ReplicaSet>, 'get' | 'updateStatus'>
  /** What of a status the kind can hold. */
  status(status: ReplicaSetStatus): ReplicaSetStatus
}

export function startReplicaSetController(deps: ControllerDeps): Controller {
  return startReplicaController(deps, {
    name: 'replicaset',
    component: 'replicaset-controller',
    owners: deps.informers.of(resources.replicaSets),
    client: deps.client.resource(resources.replicaSets),
    status: (status) => status,
  })
}

/**
 * Keeps as many pods of a template running as `spec.replicas` says.
 * - Never over-creates on a stale cache: what it did is expected in the cache before it counts again.
 * - Adopts matching orphans, releases pods that stop matching, leaves pods of other controllers alone.
 * - One failing template costs one create per attempt (slow start) and shows as condition ReplicaFailure.
 */
export function startReplicaController(deps: ControllerDeps, kind: ReplicaKind): Controller {
  const replicaSets = kind.owners
  const pods = deps.informers.of(resources.pods)
  addOwnerIndex(replicaSets)
  addOwnerIndex(pods)
  const recorder = createEventRecorder({ ...deps, component: kind.component })
  const expectations = new Expectations(deps.clock)
  const podControl = createPodControl(deps.client, recorder)
  const tallies = new PodTallies(pods)
  const state: State = { deps, kind, replicaSets, pods, tallies, expectations, podControl }

  const controller = runController({
    ...deps,
    name: kind.name,
    informers: [replicaSets, pods],
    reconcile: (_, request) => reconcile(state, request.key),
  })
  const enqueue = (replicaSet: ReplicaSet) => controller.queue.add(objectKey(replicaSet))
  const subscriptions = [
    replicaSets.onChange({
      added: enqueue,
      updated(before, after) {
        if (before.metadata.uid !== after.metadata.uid) {
          expectations.forget(objectKey(before))
          tallies.forget(before)
        }
        enqueue(after)
      },
      deleted(replicaSet) {
        expectations.forget(objectKey(replicaSet))
        tallies.forget(replicaSet)
        enqueue(replicaSet)
      },
    }),
    pods.onChange({
      added: (pod) => tallies.changed(undefined, pod),
      updated: (before, after) => tallies.changed(before, after),
      deleted: (pod) => tallies.changed(pod, undefined),
    }),
    pods.onChange(
      dependentHandler<Pod, ReplicaSet>({
        owners: replicaSets,
        candidates: (pod) => replicaSets.list(pod.metadata.namespace).filter((owner) => selects(owner, pod)),
        enqueue,
        created: (owner) => expectations.creationObserved(objectKey(owner)),
        deleted: (owner, pod) => expectations.deletionObserved(objectKey(owner), objectKey(pod)),
        updated(owner, before, after) {
          const minReadySeconds = owner.spec?.minReadySeconds ?? 0
          if (minReadySeconds > 0 && !isPodReady(before) && isPodReady(after)) {
            controller.queue.addAfter(objectKey(owner), minReadySeconds * 1000)
          }
        },
      }),
    ),
  ]
  return owning(controller, subscriptions, recorder)
}

interface State {
  readonly deps: ControllerDeps
  readonly kind: ReplicaKind
  readonly replicaSets: Informer<ReplicaSet>
  readonly pods: Informer<Pod>
  readonly tallies: PodTallies
  readonly expectations: Expectations
  readonly podControl: PodControl
}

async function reconcile(state: State, key: string): Promise<ReconcileResult | undefined> {
  const replicaSet = state.replicaSets.get(key)
  if (replicaSet === undefined) {
    state.expectations.forget(key)
    return undefined
  }
  const inSync = state.expectations.satisfied(key)
  const seen = seenInCounts(state, replicaSet) ?? (await claimPods(state, replicaSet))
  const isDeleted = replicaSet.metadata.deletionTimestamp !== undefined
  const failure = inSync && !isDeleted ? await manage(state, replicaSet, seen) : undefined
  const now = state.deps.clock.now()
  const { counts } = seen
  const waits = (replicaSet.spec?.minReadySeconds ?? 0) > 0
  const available = waits ? availablePods(replicaSet, seen.active(), now) : counts.ready
  const status = replicaSetStatus(replicaSet, { counts, available, failure, now })
  await writeStatus(state, replicaSet, state.kind.status(status))
  if (failure !== undefined) throw failure
  return { requeueAfterMs: waits ? nextAvailabilityMs(replicaSet, seen.active(), now) : undefined }
}

/** The pods of a ReplicaSet as they were when it was looked at. */
interface Seen {
  readonly counts: PodCounts
  readonly active: () => readonly Pod[]
}

/** Undefined when each pod must be looked at: some are to be adopted or released, or have been ready for a while only. */
function seenInCounts({ pods, tallies }: State, replicaSet: ReplicaSet): Seen | undefined {
  const { uid = '', namespace = '' } = replicaSet.metadata
  if (replicaSet.spec?.minReadySeconds) return undefined
  if (orphansIn(pods, namespace).some((pod) => selects(replicaSet, pod))) return undefined
  const counts = tallies.of(replicaSet)
  if (counts.strays > 0) return undefined
  return { counts: { ...counts }, active: () => controlledBy(pods, uid).filter(isPodActive) }
}

/** Adopts and releases. */
async function claimPods(state: State, replicaSet: ReplicaSet): Promise<Seen> {
  const { uid = '', namespace = '' } = replicaSet.metadata
  const owned = controlledBy(state.pods, uid)
  const active = await claim({
    owner: replicaSet,
    owners: state.kind.client,
    dependents: state.deps.client.resource(resources.pods),
    candidates: [...owned, ...orphansIn(state.pods, namespace)].filter(isPodActive),
    matches: (pod) => selects(replicaSet, pod),
  })
  const leaving = owned.filter((pod) => !isPodActive(pod))
  return { counts: countPods(replicaSet, [...active, ...leaving]), active: () => active }
}

/** Creates or deletes pods as planned. Answers the first failure. */
async function manage(state: State, replicaSet: ReplicaSet, { counts, active }: Seen): Promise<unknown> {
  const { expectations, podControl } = state
  const key = objectKey(replicaSet)
  const pods = { count: counts.active, active, related: () => relatedPods(state, replicaSet) }
  const plan = planReplicas(replicaSet, pods, state.deps.clock.now())
  if (plan.create > 0) {
    expectations.expect(key, { creations: plan.create })
    const { created, error } = await slowStart(plan.create, async () => {
      try {
        await podControl.create(podFromTemplate(replicaSet.spec?.template, replicaSet), replicaSet)
      } catch (failure) {
        // The namespace's own clean-up takes the ReplicaSet too: nothing to retry.
        if (!isNamespaceTerminating(failure)) throw failure
      }
    })
    for (let skipped = created; skipped < plan.create; skipped++) expectations.creationObserved(key)
    return error
  }
  if (plan.delete.length === 0) return undefined
  expectations.expect(key, { deletions: plan.delete.map(objectKey) })
  const results = await Promise.allSettled(
    plan.delete.map(async (pod) => {
      const observe = () => expectations.deletionObserved(key, objectKey(pod))
      const deleted = await podControl.delete(pod, replicaSet).catch((error: unknown) => {
        observe()
        throw error
      })
      if (!deleted) observe()
    }),
  )
  return results.find((result) => result.status === 'rejected')?.reason
}

/** Pods of all ReplicaSets of the same Deployment. */
function relatedPods({ replicaSets, pods }: State, replicaSet: ReplicaSet): readonly Pod[] {
  const controller = controllerOf(replicaSet)
  if (controller === undefined) return controlledBy(pods, replicaSet.metadata.uid ?? '')
  return controlledBy(replicaSets, controller.uid).flatMap((sibling) => controlledBy(pods, sibling.metadata.uid ?? ''))
}

async function writeStatus({ kind }: State, replicaSet: ReplicaSet, status: ReplicaSetStatus): Promise<void> {
  if (semanticEqual(replicaSet.status, status)) return
  const { client } = kind
  try {
    await client.updateStatus({ ...replicaSet, status })
  } catch (error) {
    if (!isApiError(error, 'Conflict')) throw error
    const { name = '', namespace, uid } = replicaSet.metadata
    const fresh = await client.get(name, namespace)
    if (fresh.metadata.uid === uid) await client.updateStatus({ ...fresh, status })
  }
}

function selects(replicaSet: ReplicaSet, pod: Pod): boolean {
  return compileLabelSelector(replicaSet.spec?.selector)(pod.metadata.labels)
}
