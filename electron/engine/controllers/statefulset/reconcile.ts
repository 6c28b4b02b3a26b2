import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import { objectKey } from '../../../../shared/api/object.ts'
import { controllerReference } from '../../../../shared/api/owner-references.ts'
import { isPodReady, untilPodAvailableMs } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { ignoreNotFound, isApiError } from '../../../../shared/api/status.ts'
import type { ControllerRevision, StatefulSet } from '../../../../shared/api/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../shared/api/types/core-v1.ts'
import {
  type Controller,
  isNamespaceTerminating,
  owning,
  type ReconcileResult,
  runController,
} from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import { addOwnerIndex, controlledBy, orphansIn } from '../../controller/owner-index.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { claim } from '../workload/claim.ts'
import { dependentHandler } from '../workload/owner-resolver.ts'
import { messageOf } from '../workload/pod-control.ts'
import { claimRevisions, HASH_LABEL, syncRevisions, truncateHistory } from '../workload/revisions.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { isInRange, isStale, ownersToWrite } from './claim-retention.ts'
import { claimsOf, identityLabels, ordinalOf, revisionNameOf } from './identity.ts'
import { planStatefulSet } from './plan.ts'

/**
 * Runs pods with a lasting identity: name, host name, claims.
 * - Never two pods of one ordinal, because the name is the ordinal; a stale cache only meets "already exists".
 * - One pod at a time, in order, unless the set is Parallel.
 */
export function startStatefulSetController(deps: ControllerDeps): Controller {
  const sets = deps.informers.of(resources.statefulSets)
  const pods = deps.informers.of(resources.pods)
  const revisions = deps.informers.of(resources.controllerRevisions)
  const claims = deps.informers.of(resources.persistentVolumeClaims)
  addOwnerIndex(pods)
  addOwnerIndex(revisions)
  const recorder = createEventRecorder({ ...deps, component: 'statefulset-controller' })
  const state: State = { deps, sets, pods, revisions, claims, recorder }
  const controller = runController({
    ...deps,
    name: 'statefulset',
    informers: [sets, pods, revisions, claims],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const enqueue = (set: StatefulSet) => controller.queue.add(objectKey(set))
  const subscriptions = [
    sets.onChange({ added: enqueue, updated: (_, set) => enqueue(set), deleted: enqueue }),
    // A pod may wait for the claim of an earlier one to go.
    claims.onChange({
      deleted(claim) {
        for (const set of sets.list(claim.metadata.namespace)) if (isClaimOf(set, claim)) enqueue(set)
      },
    }),
    pods.onChange(
      dependentHandler<Pod, StatefulSet>({
        owners: sets,
        candidates: (pod) => sets.list(pod.metadata.namespace).filter((set) => selects(set, pod)),
        enqueue,
      }),
    ),
  ]
  return owning(controller, subscriptions, recorder)
}

interface State {
  readonly deps: ControllerDeps
  readonly sets: Informer<StatefulSet>
  readonly pods: Informer<Pod>
  readonly revisions: Informer<ControllerRevision>
  readonly claims: Informer<PersistentVolumeClaim>
  readonly recorder: EventRecorder
}

async function reconcile(state: State, key: string): Promise<ReconcileResult | undefined> {
  const set = state.sets.get(key)
  if (set === undefined) return undefined
  const { client, clock } = state.deps
  const { uid = '', namespace = '' } = set.metadata
  const pods = await claim<Pod, StatefulSet>({
    owner: set,
    owners: client.resource(resources.statefulSets),
    dependents: client.resource(resources.pods),
    candidates: [...controlledBy(state.pods, uid), ...orphansIn(state.pods, namespace)],
    matches: (pod) => selects(set, pod) && ordinalOf(set, pod) !== undefined,
  })
  const owned = await claimRevisions(client, set, client.resource(resources.statefulSets), state.revisions)
  const history = await syncRevisions(client, set, owned, HASH_LABEL)
  const current = history.revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision)
  const plan = planStatefulSet(set, pods, { ...history, current: current ?? history.update }, clock.now())
  try {
    if (set.metadata.deletionTimestamp === undefined) {
      for (const pod of pods) {
        await keepIdentity(state, set, pod)
        if (lacksClaim(state, set, pod)) await createClaims(state, set, pod)
        await keepClaims(state, set, pod)
      }
    }
    for (const pod of plan.create) if (!(await createMember(state, set, pod))) break
    for (const pod of plan.delete) await deleteMember(state, set, pod)
  } finally {
    if (!semanticEqual(set.status, plan.status)) {
      await client.resource(resources.statefulSets).updateStatus({ ...set, status: plan.status })
    }
  }
  const used = [plan.status.currentRevision, plan.status.updateRevision, ...pods.map(revisionNameOf)]
  await truncateHistory(client, set, history.revisions, new Set(used.map((name) => name ?? '')))
  const waits = pods
    .filter(isPodReady)
    .map((pod) => untilPodAvailableMs(pod, set.spec?.minReadySeconds ?? 0, clock.now()) ?? 0)
    .filter((untilMs) => untilMs > 0)
  return { requeueAfterMs: waits.length > 0 ? Math.min(...waits) : undefined }
}

/** Throws while one of the claims is on its way out: a pod that took it up would lose it. */
async function createClaims(state: State, set: StatefulSet, pod: Pod): Promise<void> {
  const { client } = state.deps
  const withSet = set.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete'
  const ownerReferences = withSet ? { ownerReferences: [controllerReference(set)] } : {}
  for (const wanted of claimsOf(set, pod)) {
    const { name } = wanted.metadata
    const held = state.claims.get(objectKey(wanted))
    if (held?.metadata.deletionTimestamp !== undefined) throw new Error(`pvc ${name} is being deleted`)
    if (held !== undefined) continue
    const claim = { ...wanted, metadata: { ...wanted.metadata, ...ownerReferences } }
    await client.resource(resources.persistentVolumeClaims).create(claim).catch(ignoreExisting)
    const message = `create Claim ${name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`
    state.recorder.event(set, 'Normal', 'SuccessfulCreate', message)
  }
}

/** A pod that has not begun, and whose claim somebody took away, would wait for it for ever. */
function lacksClaim({ claims }: State, set: StatefulSet, pod: Pod): boolean {
  if (pod.status?.phase !== 'Pending' || pod.metadata.deletionTimestamp !== undefined || !isInRange(set, pod))
    return false
  return claimsOf(set, pod).some((wanted) => claims.get(objectKey(wanted)) === undefined)
}

/** Gives a member back the labels that name it, when someone took or changed them. */
async function keepIdentity({ deps, recorder }: State, set: StatefulSet, { metadata }: Pod): Promise<void> {
  const { name = '', namespace, uid, labels = {}, deletionTimestamp } = metadata
  const own = identityLabels(name)
  if (deletionTimestamp !== undefined || Object.entries(own).every(([key, value]) => labels[key] === value)) return
  const patch = { type: 'application/merge-patch+json', body: { metadata: { uid, labels: own } } } as const
  await deps.client.resource(resources.pods).patch({ name, namespace }, patch).catch(ignoreNotFound)
  const message = `update Pod ${name} in StatefulSet ${set.metadata.name} successful`
  recorder.event(set, 'Normal', 'SuccessfulUpdate', message)
}

/** Gives the member's claims the owners that the retention policy says, before the pod can go. */
async function keepClaims({ deps, claims }: State, set: StatefulSet, pod: Pod): Promise<void> {
  for (const { metadata } of claimsOf(set, pod)) {
    const held = claims.get(`${metadata.namespace}/${metadata.name}`)
    const ownerReferences = held && ownersToWrite(set, pod, held)
    if (held === undefined || ownerReferences === undefined) continue
    const { name = '', namespace, uid, resourceVersion } = held.metadata
    const body = { metadata: { uid, resourceVersion, ownerReferences } }
    const patch = { type: 'application/merge-patch+json', body } as const
    await deps.client.resource(resources.persistentVolumeClaims).patch({ name, namespace }, patch)
  }
}

/** False when a claim of the name has to go first: nothing more is created in this round. */
async function createMember(state: State, set: StatefulSet, pod: Pod): Promise<boolean> {
  const { client } = state.deps
  const { name } = set.metadata
  const held = claimsOf(set, pod).map((wanted) => state.claims.get(objectKey(wanted)))
  if (held.some((claim) => claim !== undefined && isStale(set, claim, pod))) return false
  try {
    await createClaims(state, set, pod)
    await client.resource(resources.pods).create(pod)
  } catch (error) {
    // The cache will have it soon.
    if (isApiError(error, 'AlreadyExists') || isNamespaceTerminating(error)) return true
    const message = `create Pod ${pod.metadata.name} in StatefulSet ${name} failed error: ${messageOf(error)}`
    state.recorder.event(set, 'Warning', 'FailedCreate', message)
    throw error
  }
  const message = `create Pod ${pod.metadata.name} in StatefulSet ${name} successful`
  state.recorder.event(set, 'Normal', 'SuccessfulCreate', message)
  return true
}

async function deleteMember(state: State, set: StatefulSet, pod: Pod): Promise<void> {
  const { name = '', namespace, uid = '' } = pod.metadata
  if (pod.status?.phase === 'Failed') {
    const message = `StatefulSet ${namespace}/${set.metadata.name} is recreating failed Pod ${name}`
    state.recorder.event(set, 'Warning', 'RecreatingFailedPod', message)
  }
  if (pod.status?.phase === 'Succeeded') {
    const message = `StatefulSet ${namespace}/${set.metadata.name} is recreating terminated Pod ${name}`
    state.recorder.event(set, 'Normal', 'RecreatingTerminatedPod', message)
  }
  try {
    await state.deps.client.resource(resources.pods).delete({ name, namespace }, { preconditions: { uid } })
  } catch (error) {
    if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) return
    const message = `delete Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${messageOf(error)}`
    state.recorder.event(set, 'Warning', 'FailedDelete', message)
    throw error
  }
  const message = `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`
  state.recorder.event(set, 'Normal', 'SuccessfulDelete', message)
}

function isClaimOf(set: StatefulSet, { metadata }: PersistentVolumeClaim): boolean {
  const templates = set.spec?.volumeClaimTemplates ?? []
  return templates.some((template) => metadata.name?.startsWith(`${template.metadata.name}-${set.metadata.name}-`))
}

function selects(set: StatefulSet, pod: Pod): boolean {
  return compileLabelSelector(set.spec?.selector)(pod.metadata.labels)
}

function ignoreExisting(error: unknown): undefined {
  if (!isApiError(error, 'AlreadyExists')) throw error
  return undefined
}
