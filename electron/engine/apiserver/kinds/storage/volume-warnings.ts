import { BETA_STORAGE_CLASS } from '../../../../../shared/api/storage.ts'
import type { PersistentVolume, PersistentVolumeSpec } from '../../../../../shared/api/types/core-v1.ts'
import { warnOfFraction } from '../checks.ts'
import { type OldSource, oldSourceWarning } from '../pod/volume-sources.ts'

const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options'

const RECYCLE =
  'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'

const OLD_SOURCES: readonly (OldSource & keyof PersistentVolumeSpec)[] = [
  'cephfs',
  'photonPersistentDisk',
  'scaleIO',
  'storageos',
  'glusterfs',
  'rbd',
]

/** GetWarningsForPersistentVolume. */
export function volumeWarnings({ metadata, spec = {} }: PersistentVolume): string[] {
  const warnings = betaClassWarnings(metadata.annotations)
  if (metadata.annotations?.[MOUNT_OPTIONS] !== undefined) {
    const advice = 'deprecated since v1.31; use "mountOptions" attribute instead'
    warnings.push(`metadata.annotations[${MOUNT_OPTIONS}]: ${advice}`)
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') warnings.push(`spec.persistentVolumeReclaimPolicy: ${RECYCLE}`)
  for (const source of OLD_SOURCES) if (spec[source]) warnings.push(oldSourceWarning('spec', source))
  const storage = spec.capacity?.storage
  if (storage !== undefined) warnOfFraction(warnings, 'spec.capacity[storage]', storage)
  return warnings
}

/** Of claims and volumes that name their class as they did before there was a field for it. */
export function betaClassWarnings(annotations: Readonly<Record<string, string>> | undefined): string[] {
  if (annotations?.[BETA_STORAGE_CLASS] === undefined) return []
  const advice = 'deprecated since v1.8; use "storageClassName" attribute instead'
  return [`metadata.annotations[${BETA_STORAGE_CLASS}]: ${advice}`]
}
