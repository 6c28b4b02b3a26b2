import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  bestVolume,
  compareSizes,
  hasStorageClass,
  isClaimBound,
  isReservedFor,
  LOCAL_PROVISIONER,
  SELECTED_NODE,
  storageClassOf,
} from '../../../../shared/api/storage.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../shared/api/types/core-v1.ts'
import type { StorageClass } from '../../../../shared/api/types/storage-v1.ts'

export interface ProvisionPlan {
  readonly do: 'provision'
  readonly storageClass: StorageClass
  /** The volume whose files it begins with. */
  readonly copyOf?: string
}

export type ClaimPlan =
  /** Ties the two together, and keeps their status as they are. */
  | { readonly do: 'bind'; readonly volume: PersistentVolume }
  | ProvisionPlan
  /** Gives it the class that has become the default since. */
  | { readonly do: 'classify'; readonly storageClassName: string }
  /** Nothing to do but to tell why. */
  | { readonly do: 'wait'; readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
  | { readonly do: 'lose'; readonly reason: string; readonly message: string }

export interface Storage {
  readonly volumes: readonly PersistentVolume[]
  volume(name: string): PersistentVolume | undefined
  storageClass(name: string): StorageClass | undefined
  defaultClass(): StorageClass | undefined
  /** A claim of the same namespace. */
  claim(name: string): PersistentVolumeClaim | undefined
}

/** What a claim needs next, as the persistent volume controller decides it (syncClaim). */
export function planClaim(claim: PersistentVolumeClaim, storage: Storage): ClaimPlan {
  const name = claim.spec?.volumeName
  if (isClaimBound(claim)) return planBound(claim, name ? storage.volume(name) : undefined)
  if (name) return planPrebound(claim, storage.volume(name))
  const storageClass = storage.storageClass(storageClassOf(claim))
  const isDelayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
  const isSelected = claim.metadata.annotations?.[SELECTED_NODE] !== undefined
  // Until a node is chosen, only a volume that was reserved for the claim may be taken.
  const candidates = isDelayed ? storage.volumes.filter((volume) => isReservedFor(volume, claim)) : storage.volumes
  const volume = bestVolume(claim, candidates)
  if (volume !== undefined) return { do: 'bind', volume }
  const defaultName = hasStorageClass(claim) ? undefined : storage.defaultClass()?.metadata.name
  if (defaultName !== undefined) return { do: 'classify', storageClassName: defaultName }
  if (isDelayed && !isSelected) {
    return wait('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
  }
  return planProvisioning(claim, storageClass, storage)
}

function planBound(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimPlan {
  if (volume === undefined) {
    const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'
    return { do: 'lose', reason: 'ClaimLost', message }
  }
  const reference = volume.spec?.claimRef
  if (reference === undefined || isReservedFor(volume, claim)) return { do: 'bind', volume }
  const message = 'Two claims are bound to the same volume, this one is bound incorrectly'
  return { do: 'lose', reason: 'ClaimMisbound', message }
}

function planPrebound(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimPlan {
  const name = claim.spec?.volumeName
  if (volume === undefined) return wait('Warning', 'FailedBinding', `volume "${name}" not found`)
  if (volume.spec?.claimRef !== undefined && !isReservedFor(volume, claim)) {
    return wait('Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`)
  }
  // What is reserved by uid was tied by an earlier try.
  const why = volume.spec?.claimRef?.uid ? undefined : mismatch(volume, claim)
  if (why === undefined) return { do: 'bind', volume }
  return wait('Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${why}`)
}

/** Why the volume that a claim names can't serve it (checkVolumeSatisfyClaim). */
function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const { spec = {} } = volume
  const wanted = claim.spec ?? {}
  if (compareSizes(spec.capacity?.storage, wanted.resources?.requests?.storage) < 0) return 'requested PV is too small'
  if (storageClassOf(volume) !== storageClassOf(claim)) return 'storageClassName does not match'
  if ((spec.volumeMode ?? 'Filesystem') !== (wanted.volumeMode ?? 'Filesystem')) return 'incompatible volumeMode'
  if (wanted.accessModes?.some((mode) => !spec.accessModes?.includes(mode))) return 'incompatible accessMode'
  return undefined
}

function planProvisioning(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  storage: Storage,
): ClaimPlan {
  const className = storageClassOf(claim)
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    return wait('Normal', 'FailedBinding', message)
  }
  if (storageClass === undefined) {
    return wait('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`)
  }
  const { provisioner } = storageClass
  if (provisioner === LOCAL_PROVISIONER) return planLocal(claim, storageClass, storage)
  if (provisioner.startsWith('kubernetes.io/')) {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    return wait('Normal', 'FailedBinding', message)
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`
  return wait('Normal', 'ExternalProvisioning', message)
}

function planLocal(claim: PersistentVolumeClaim, storageClass: StorageClass, storage: Storage): ClaimPlan {
  const { volumeMode, dataSource } = claim.spec ?? {}
  const fail = (why: string) =>
    wait(
      'Warning',
      'ProvisioningFailed',
      `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${why}`,
    )
  if (volumeMode === 'Block') return fail('block volumes are not supported')
  if (!dataSource) return { do: 'provision', storageClass }
  const { kind, name } = dataSource
  const refuse = (why: string) => fail(`error getting handle for DataSource Type ${kind} by Name ${name}: ${why}`)
  if (kind !== 'PersistentVolumeClaim') return refuse('only claims can be copied')
  const source = storage.claim(name)
  const copied = storage.volume(source?.spec?.volumeName ?? '')
  if (source?.status?.phase !== 'Bound' || !copied) return refuse(`the claim "${name}" is not bound`)
  if (copied.spec?.csi?.driver !== LOCAL_PROVISIONER) return refuse(`the claim "${name}" is of another provisioner`)
  if (compareSizes(claim.spec?.resources?.requests?.storage, copied.spec.capacity?.storage) < 0) {
    return refuse('a copy cannot be smaller than its source')
  }
  return { do: 'provision', storageClass, copyOf: copied.spec.csi.volumeHandle }
}

function wait(type: 'Normal' | 'Warning', reason: string, message: string): ClaimPlan {
  return { do: 'wait', type, reason, message }
}

/** The claim as it is once bound to the volume; the same object when it is so already. */
export function boundClaim(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const { annotations = {} } = claim.metadata
  const isPrebound = Boolean(claim.spec?.volumeName)
  if (isPrebound && annotations[BIND_COMPLETED] !== undefined) return claim
  const marks = { [BIND_COMPLETED]: 'yes', ...(isPrebound ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }) }
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...annotations, ...marks } },
    spec: { ...claim.spec, volumeName: volume.metadata.name },
  }
}

/** The volume as it is once bound to the claim; the same object when it is so already. */
export function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { claimRef } = volume.spec ?? {}
  if (claimRef?.uid === claim.metadata.uid) return volume
  const { name, namespace, uid, resourceVersion } = claim.metadata
  const reference = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', name, namespace, uid, resourceVersion }
  const annotations = { ...volume.metadata.annotations, ...(claimRef ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }) }
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: { ...volume.spec, claimRef: { ...claimRef, ...reference } },
  }
}
