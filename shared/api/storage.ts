import { compileLabelSelector } from './label-selector.ts'
import { compareQuantities, parseQuantity } from './quantity.ts'
import type { PersistentVolume, PersistentVolumeClaim } from './types/core-v1.ts'

/** The provisioner of the StorageClass `local`, named as drivers are: a named volume of the container engine for each claim. */
export const LOCAL_PROVISIONER = 'local.slipway.io'
/** The provisioner of classes whose volumes are made by hand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner'

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
/** Where the scheduler says on which node the claim's first pod will run. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

/** Named a class before claims and volumes had a field for it. */
export const BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class'

export function storageClassOf({ metadata, spec }: PersistentVolumeClaim | PersistentVolume): string {
  return metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? ''
}

/** The claim names a class, if only "" for none. */
export function hasStorageClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return metadata.annotations?.[BETA_STORAGE_CLASS] !== undefined || spec?.storageClassName !== undefined
}

/** The binder has done its part; the volume may be gone since. */
export function isClaimBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return Boolean(spec?.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined
}

/** The volume names this claim; a reference without uid is a reservation made by hand. */
export function isReservedFor(volume: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const claim = volume.spec?.claimRef
  if (claim?.name !== metadata.name || claim?.namespace !== metadata.namespace) return false
  return !claim?.uid || claim.uid === metadata.uid
}

/** Class, size, access modes, volume mode and selector: whether the volume could serve the claim. */
export function fitsClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { spec = {} } = volume
  const wanted = claim.spec ?? {}
  if (volume.metadata.deletionTimestamp !== undefined || storageClassOf(volume) !== storageClassOf(claim)) return false
  if ((spec.volumeMode ?? 'Filesystem') !== (wanted.volumeMode ?? 'Filesystem')) return false
  if (wanted.accessModes?.some((mode) => !spec.accessModes?.includes(mode))) return false
  if (wanted.selector && !compileLabelSelector(wanted.selector)(volume.metadata.labels)) return false
  return compareSizes(spec.capacity?.storage, wanted.resources?.requests?.storage) >= 0
}

/** The smallest volume that fits and is free, or reserved for the claim; undefined when there is none. */
export function bestVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  const fitting = volumes.filter((volume) => fitsClaim(volume, claim))
  const reserved = fitting.find((volume) => isReservedFor(volume, claim))
  if (reserved !== undefined) return reserved
  const free = fitting.filter(({ spec, status }) => spec?.claimRef === undefined && status?.phase !== 'Failed')
  const size = ({ spec }: PersistentVolume) => spec?.capacity?.storage
  return free.sort((a, b) => compareSizes(size(a), size(b)))[0]
}

export function compareSizes(a: string | undefined, b: string | undefined): number {
  return compareQuantities(parseQuantity(a ?? '0'), parseQuantity(b ?? '0'))
}
