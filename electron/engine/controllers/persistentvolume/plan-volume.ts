import { LOCAL_PROVISIONER, PROVISIONED_BY } from '../../../../shared/api/storage.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../shared/api/types/core-v1.ts'

export type VolumePlan =
  | { readonly phase: 'Available' | 'Bound' | 'Released' }
  | { readonly phase: 'Failed'; readonly message: string }
  /** Released, and its data go with it. */
  | { readonly phase: 'Released'; readonly reclaim: 'Delete' }

/** The phase of a volume, and what becomes of it once its claim is gone (syncVolume). */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const reference = volume.spec?.claimRef
  if (reference === undefined || !reference.uid) return { phase: 'Available' }
  if (claim?.metadata.uid === reference.uid) return { phase: 'Bound' }
  if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete') return { phase: 'Released' }
  if (isOurs(volume)) return { phase: 'Released', reclaim: 'Delete' }
  return {
    phase: 'Failed',
    message:
      'error getting deleter volume plugin for volume "' +
      volume.metadata.name +
      '": no deletable volume plugin matched',
  }
}

/** Only what the provisioner made is ever deleted on the engine. */
export function isOurs({ metadata, spec }: PersistentVolume): boolean {
  return (
    metadata.annotations?.[PROVISIONED_BY] === LOCAL_PROVISIONER &&
    spec?.csi?.driver === LOCAL_PROVISIONER &&
    spec.csi.volumeHandle === metadata.name
  )
}
