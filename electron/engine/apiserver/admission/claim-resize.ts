import { compareSizes, storageClassOf } from '../../../../shared/api/storage.ts'
import type { PersistentVolumeClaim } from '../../../../shared/api/types/core-v1.ts'
import type { StorageClass } from '../../../../shared/api/types/storage-v1.ts'
import { newForbidden } from '../machinery/api-errors.ts'
import type { AdmissionPlugin } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

const UNSUPPORTED =
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'

/** PersistentVolumeClaimResize: a claim grows only where its class allows that. */
export function claimResize({ store }: AdmissionState): AdmissionPlugin {
  const mayGrow = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim) => {
    const name = storageClassOf(claim)
    if (name === '' || name !== storageClassOf(old)) return false
    const stored = store.get({ resource: 'storageclasses.storage.k8s.io', namespace: '', name })
    return (stored?.object as StorageClass | undefined)?.allowVolumeExpansion === true
  }
  return {
    name: 'PersistentVolumeClaimResize',
    resources: new Set(['persistentvolumeclaims']),
    validate({ operation, call, name, object, old }) {
      if (operation !== 'UPDATE' || call.subresource !== '') return
      const [now, before] = [object, old] as [PersistentVolumeClaim, PersistentVolumeClaim]
      if (compareSizes(sizeOf(now), sizeOf(before)) <= 0) return
      if (before.status?.phase !== 'Bound') {
        throw newForbidden(call.resource, name, 'Only bound persistent volume claims can be expanded')
      }
      if (!mayGrow(now, before)) throw newForbidden(call.resource, name, UNSUPPORTED)
    },
  }
}

function sizeOf({ spec }: PersistentVolumeClaim): string | undefined {
  return spec?.resources?.requests?.storage
}
