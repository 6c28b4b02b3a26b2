import { DEFAULT_STORAGE_CLASS, defaultOf } from '../../../../shared/api/default-class.ts'
import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { ignoreNotFound, isApiError } from '../../../../shared/api/status.ts'
import { hasStorageClass, LOCAL_PROVISIONER, storageClassOf } from '../../../../shared/api/storage.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../shared/api/types/core-v1.ts'
import type { StorageClass } from '../../../../shared/api/types/storage-v1.ts'
import type { Client } from '../../client/client.ts'
import { type Controller, owning, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { messageOf } from '../workload/pod-control.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { VolumeCopies } from './copies.ts'
import { boundStatus, resizingStatus, sizeToGrowTo } from './expansion.ts'
import { editFinalizers, without } from './finalizers.ts'
import { COPY_FINALIZER, localVolume, RECLAIM_FINALIZER, volumeNameFor } from './local-volume.ts'
import { boundClaim, boundVolume, type ProvisionPlan, planClaim } from './plan-claim.ts'
import { isOurs, planVolume } from './plan-volume.ts'

export interface PersistentVolumeDeps extends ControllerDeps {
  /** Removes the engine's volume of a provisioned PersistentVolume, with its data. Success when there is none. */
  removeVolume(name: string): Promise<void>
  /** Copies all files of one engine's volume into another, which is made where there is none. */
  copyVolume(from: string, to: string): Promise<void>
}

const CLAIM = 'claim:'
const VOLUME = 'volume:'

/**
 * Binds claims to volumes, one to one, and makes and removes those of the local provisioner.
 * - A binding is written to the volume first: whoever dies between, finds the volume taken by its claim.
 * - Data are removed only with their claim, and only when the class says so.
 */
export function startPersistentVolumeController(deps: PersistentVolumeDeps): Controller {
  const claims = deps.informers.of(resources.persistentVolumeClaims)
  const volumes = deps.informers.of(resources.persistentVolumes)
  const classes = deps.informers.of(resources.storageClasses)
  const recorder = createEventRecorder({ ...deps, component: 'persistentvolume-controller' })
  const resizer = createEventRecorder({ ...deps, component: `external-resizer ${LOCAL_PROVISIONER}` })
  const copies = new VolumeCopies(deps)
  const lookAgain = (claim: PersistentVolumeClaim) => controller.queue.add(CLAIM + objectKey(claim))
  const state: State = { deps, claims, volumes, classes, recorder, resizer, copies, reclaimed: new Set(), lookAgain }
  const controller = runController({
    ...deps,
    name: 'persistentvolume',
    // One at a time: two claims never want the same volume at once.
    workers: 1,
    informers: [claims, volumes, classes],
    async reconcile(_, { key }) {
      if (key.startsWith(CLAIM)) await reconcileClaim(state, key.slice(CLAIM.length))
      else await reconcileVolume(state, key.slice(VOLUME.length))
      return undefined
    },
  })
  const { queue } = controller
  const claimChanged = (claim: PersistentVolumeClaim) => {
    queue.add(CLAIM + objectKey(claim))
    if (claim.spec?.volumeName) queue.add(VOLUME + claim.spec.volumeName)
    for (const copy of claims.list(claim.metadata.namespace)) {
      if (copy.spec?.dataSource?.name === claim.metadata.name && !copy.spec?.volumeName)
        queue.add(CLAIM + objectKey(copy))
    }
  }
  const volumeChanged = (volume: PersistentVolume) => {
    queue.add(VOLUME + objectKey(volume))
    const { claimRef } = volume.spec ?? {}
    if (claimRef) queue.add(`${CLAIM}${claimRef.namespace}/${claimRef.name}`)
    else for (const claim of claims.list()) if (!claim.spec?.volumeName) queue.add(CLAIM + objectKey(claim))
  }
  const volumeGone = (volume: PersistentVolume) => {
    state.reclaimed.delete(volume.metadata.uid ?? '')
    volumeChanged(volume)
  }
  const classChanged = ({ metadata }: StorageClass) => {
    for (const claim of claims.list()) {
      if (storageClassOf(claim) === metadata.name || !hasStorageClass(claim)) queue.add(CLAIM + objectKey(claim))
    }
  }
  const subscriptions = [
    claims.onChange({ added: claimChanged, updated: (_, claim) => claimChanged(claim), deleted: claimChanged }),
    volumes.onChange({ added: volumeChanged, updated: (_, volume) => volumeChanged(volume), deleted: volumeGone }),
    classes.onChange({ added: classChanged, updated: (_, storageClass) => classChanged(storageClass) }),
  ]
  return owning(controller, [...subscriptions, resizer], recorder)
}

interface State {
  readonly deps: PersistentVolumeDeps
  readonly claims: Informer<PersistentVolumeClaim>
  readonly volumes: Informer<PersistentVolume>
  readonly classes: Informer<StorageClass>
  readonly recorder: EventRecorder
  /** Tells of growing volumes. */
  readonly resizer: EventRecorder
  readonly copies: VolumeCopies
  /** Uids of volumes whose data are gone, until the cache has seen their objects go as well. */
  readonly reclaimed: Set<string>
  lookAgain(claim: PersistentVolumeClaim): void
}

async function reconcileClaim(state: State, key: string): Promise<void> {
  const { claims, volumes, classes, recorder } = state
  const claim = claims.get(key)
  if (claim === undefined) return
  if (claim.metadata.deletionTimestamp !== undefined && isBeingCopied(claim)) return giveUpCopy(state, claim)
  const plan = planClaim(claim, {
    volumes: volumes.list(),
    volume: (name) => volumes.get(name),
    storageClass: (name) => classes.get(name),
    defaultClass: () => defaultOf(classes.list(), DEFAULT_STORAGE_CLASS),
    claim: (name) => claims.get(`${claim.metadata.namespace}/${name}`),
  })
  switch (plan.do) {
    case 'bind':
      return bind(state, claim, plan.volume)
    case 'provision':
      return provision(state, claim, plan)
    case 'classify':
      return classify(state, claim, plan.storageClassName)
    case 'lose':
      if (claim.status?.phase !== 'Lost') recorder.event(claim, 'Warning', plan.reason, plan.message)
      return writeClaimStatus(state, claim, { ...claim.status, phase: 'Lost' })
    case 'wait':
      if (claim.metadata.deletionTimestamp === undefined) recorder.event(claim, plan.type, plan.reason, plan.message)
      return writeClaimStatus(state, claim, { ...claim.status, phase: 'Pending' })
  }
}

async function bind(state: State, claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
  const { client } = state.deps
  const taken = boundVolume(volume, claim)
  const current = taken === volume ? volume : await client.resource(resources.persistentVolumes).update(taken)
  const tied = boundClaim(claim, current)
  const own = tied === claim ? claim : await client.resource(resources.persistentVolumeClaims).update(tied)
  const grown = await expand(state, own, current)
  await writeClaimStatus(state, grown.claim, boundStatus(grown.claim, grown.volume))
  if (isBeingCopied(claim))
    await editFinalizers(client, resources.persistentVolumeClaims, claim, without(COPY_FINALIZER))
}

function isBeingCopied({ metadata }: PersistentVolumeClaim): boolean {
  return metadata.finalizers?.includes(COPY_FINALIZER) === true
}

/** The engine's volume of a claim that did not wait for its copy goes, half as it is, and then the claim. */
async function giveUpCopy({ deps, copies }: State, claim: PersistentVolumeClaim): Promise<void> {
  const name = volumeNameFor(claim)
  // Its end brings the claim back.
  if (copies.isRunning(name)) return
  if (!claim.spec?.volumeName) await deps.removeVolume(name)
  copies.forget(name)
  await editFinalizers(deps.client, resources.persistentVolumeClaims, claim, without(COPY_FINALIZER))
}

/** The class that was not there when the claim was made; its event brings the claim back. */
async function classify({ deps }: State, claim: PersistentVolumeClaim, storageClassName: string): Promise<void> {
  if (claim.metadata.deletionTimestamp !== undefined) return
  await deps.client
    .resource(resources.persistentVolumeClaims)
    .update({ ...claim, spec: { ...claim.spec, storageClassName } })
}

interface Pair {
  readonly claim: PersistentVolumeClaim
  readonly volume: PersistentVolume
}

/** A claim that asks for more gets it, where the class allows that: an engine's volume has the size of its disk. */
async function expand(state: State, claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<Pair> {
  const { client, clock } = state.deps
  const size = sizeToGrowTo(claim, volume)
  const isAllowed = state.classes.get(storageClassOf(claim))?.allowVolumeExpansion === true
  if (size === undefined || !isAllowed) return { claim, volume }
  state.resizer.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`)
  const status = resizingStatus(claim.status ?? {}, size, clock.now())
  const marked = await client.resource(resources.persistentVolumeClaims).updateStatus({ ...claim, status })
  const grown = { ...volume, spec: { ...volume.spec, capacity: { ...volume.spec?.capacity, storage: size } } }
  const stored = await client.resource(resources.persistentVolumes).update(grown)
  state.resizer.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded')
  return { claim: marked, volume: stored }
}

async function provision(state: State, claim: PersistentVolumeClaim, plan: ProvisionPlan): Promise<void> {
  if (claim.metadata.deletionTimestamp !== undefined) return
  const { deps, recorder, copies, lookAgain } = state
  const { storageClass, copyOf } = plan
  const volume = localVolume(claim, storageClass)
  const name = volumeNameFor(claim)
  try {
    // Before the volume is bound: a pod never sees half a copy.
    if (copyOf !== undefined) {
      // Held first: a volume that has no object yet is known by its claim alone, whatever ends this process.
      if (!isBeingCopied(claim)) return await hold(deps.client, claim)
      if (!copies.isDone(copyOf, name, () => lookAgain(claim))) return
    }
    const created = await deps.client.resource(resources.persistentVolumes).create(volume)
    copies.forget(name)
    const message = `Successfully provisioned volume ${created.metadata.name}`
    recorder.event(claim, 'Normal', 'ProvisioningSucceeded', message)
    await bind(state, claim, created)
  } catch (error) {
    // Made by an earlier try: its event comes.
    if (isApiError(error, 'AlreadyExists')) return
    const message = `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${messageOf(error)}`
    if (!isApiError(error, 'Conflict')) recorder.event(claim, 'Warning', 'ProvisioningFailed', message)
    throw error
  }
}

function hold(client: Client, claim: PersistentVolumeClaim): Promise<void> {
  return editFinalizers(client, resources.persistentVolumeClaims, claim, (all) => [...all, COPY_FINALIZER])
}

async function writeClaimStatus(
  { deps }: State,
  claim: PersistentVolumeClaim,
  status: PersistentVolumeClaim['status'],
): Promise<void> {
  if (semanticEqual(claim.status, status)) return
  await deps.client.resource(resources.persistentVolumeClaims).updateStatus({ ...claim, status })
}

async function reconcileVolume(state: State, name: string): Promise<void> {
  const { deps, claims, volumes, recorder } = state
  const volume = volumes.get(name)
  if (volume === undefined) return
  const { claimRef } = volume.spec ?? {}
  const plan = planVolume(volume, claimRef && claims.get(`${claimRef.namespace}/${claimRef.name}`))
  const failure = 'message' in plan ? plan.message : undefined
  if (failure !== undefined && volume.status?.phase !== 'Failed') {
    recorder.event(volume, 'Warning', 'VolumeFailedDelete', failure)
  }
  await writePhase(deps, volume, plan.phase, failure)
  if ('reclaim' in plan) await reclaim(state, volume)
  else await holdForReclaim(deps, volume)
}

/** Held exactly while its data are to go with it: the policy may change, and older volumes were made without. */
async function holdForReclaim({ client }: ControllerDeps, volume: PersistentVolume): Promise<void> {
  const { finalizers = [], deletionTimestamp } = volume.metadata
  const isHeld = finalizers.includes(RECLAIM_FINALIZER)
  const isWanted = isOurs(volume) && volume.spec?.persistentVolumeReclaimPolicy === 'Delete'
  if (isHeld === isWanted || (isWanted && deletionTimestamp !== undefined)) return
  const edit = isWanted ? (all: readonly string[]) => [...all, RECLAIM_FINALIZER] : without(RECLAIM_FINALIZER)
  await editFinalizers(client, resources.persistentVolumes, volume, edit)
}

async function writePhase(
  { client, clock }: ControllerDeps,
  volume: PersistentVolume,
  phase: string,
  message: string | undefined,
): Promise<void> {
  const { phase: before, message: former, lastPhaseTransitionTime } = volume.status ?? {}
  if (before === phase && former === message) return
  const at = before === phase ? lastPhaseTransitionTime : timestamp(clock.now())
  const status = { phase, ...(message ? { message } : {}), ...(at ? { lastPhaseTransitionTime: at } : {}) }
  await client
    .resource(resources.persistentVolumes)
    .updateStatus({ ...volume, metadata: { ...volume.metadata, resourceVersion: '' }, status })
}

/** The data first: an object without data would be forgotten data otherwise. */
async function reclaim({ deps, recorder, reclaimed }: State, volume: PersistentVolume): Promise<void> {
  const { name = '', uid = '' } = volume.metadata
  if (!reclaimed.has(uid)) {
    try {
      await deps.removeVolume(name)
    } catch (error) {
      recorder.event(volume, 'Warning', 'VolumeFailedDelete', messageOf(error))
      throw error
    }
    reclaimed.add(uid)
  }
  const volumes = deps.client.resource(resources.persistentVolumes)
  await volumes.delete({ name }, { preconditions: { uid } }).catch(ignoreNotFound)
  await editFinalizers(deps.client, resources.persistentVolumes, volume, without(RECLAIM_FINALIZER))
}
