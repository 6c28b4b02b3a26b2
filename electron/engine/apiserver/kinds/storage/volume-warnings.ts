import type { PersistentVolume, PersistentVolumeSpec } from '../../../../../shared/api/types/core-v1.ts'
import { isFractional } from '../checks.ts'

const ANNOTATIONS: readonly [name: string, advice: string][] = [
  ['volume.beta.kubernetes.io/storage-class', 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
]

const RECYCLE =
  'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'

/** Sources that no longer work, and how the warning names them. */
const SOURCES: readonly [source: keyof PersistentVolumeSpec, name: string, fate: string][] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** GetWarningsForPersistentVolume. */
export function volumeWarnings({ metadata, spec = {} }: PersistentVolume): string[] {
  const warnings: string[] = []
  for (const [name, advice] of ANNOTATIONS) {
    if (metadata.annotations?.[name] !== undefined) warnings.push(`metadata.annotations[${name}]: ${advice}`)
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') warnings.push(`spec.persistentVolumeReclaimPolicy: ${RECYCLE}`)
  for (const [source, name, fate] of SOURCES) if (spec[source]) warnings.push(`spec.${name}: ${fate}`)
  const storage = spec.capacity?.storage
  if (storage !== undefined && isFractional(storage)) {
    const why = `fractional byte value ${JSON.stringify(storage)} is invalid, must be an integer`
    warnings.push(`spec.capacity[storage]: ${why}`)
  }
  return warnings
}
