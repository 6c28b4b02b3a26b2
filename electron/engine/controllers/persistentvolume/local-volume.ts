import { LOCAL_PROVISIONER, PROVISIONED_BY, storageClassOf } from '../../../../shared/api/storage.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../shared/api/types/core-v1.ts'
import type { StorageClass } from '../../../../shared/api/types/storage-v1.ts'

/** Holds a volume whose data go with it until they are gone, however its object was deleted (HonorPVReclaimPolicy). */
export const RECLAIM_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer'

/** Holds a claim while files are copied for it into a volume that has no object yet. */
export const COPY_FINALIZER = `${LOCAL_PROVISIONER}/copy`

/** Of the PersistentVolume, and of the engine's volume behind it. */
export function volumeNameFor({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid}`
}

/**
 * The volume for a claim of a class of the local provisioner, bound to it from its beginning. The engine makes the named
 * volume when the first pod mounts it. Every node reaches it: data outlive the node that wrote them.
 */
export function localVolume(claim: PersistentVolumeClaim, storageClass: StorageClass): PersistentVolume {
  const { name, namespace, uid, resourceVersion } = claim.metadata
  const volumeName = volumeNameFor(claim)
  const reclaimPolicy = storageClass.reclaimPolicy ?? 'Delete'
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName,
      annotations: { [PROVISIONED_BY]: LOCAL_PROVISIONER },
      ...(reclaimPolicy === 'Delete' ? { finalizers: [RECLAIM_FINALIZER] } : {}),
    },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? '0' },
      csi: { driver: LOCAL_PROVISIONER, volumeHandle: volumeName },
      accessModes: [...(claim.spec?.accessModes ?? [])],
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', name, namespace, uid, resourceVersion },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClassOf(claim),
      volumeMode: 'Filesystem',
      ...(storageClass.mountOptions ? { mountOptions: storageClass.mountOptions } : {}),
    },
  }
}
