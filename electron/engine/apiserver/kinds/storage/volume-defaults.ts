import type { PersistentVolumeSpec } from '../../../../../shared/api/types/core-v1.ts'
import { defaultVolumeSources } from '../pod/volume-sources.ts'

/** SetDefaults_PersistentVolume and the defaults of its sources. */
export function defaultVolumeSpec(spec: PersistentVolumeSpec): void {
  spec.persistentVolumeReclaimPolicy ||= 'Retain'
  spec.volumeMode ??= 'Filesystem'
  defaultVolumeSources(spec)
}
