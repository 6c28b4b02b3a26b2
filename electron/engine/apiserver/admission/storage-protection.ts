import { DEFAULT_INGRESS_CLASS, DEFAULT_STORAGE_CLASS, defaultOf } from '../../../../shared/api/default-class.ts'
import type { KubeObject } from '../../../../shared/api/object.ts'
import type { PersistentVolumeClaim } from '../../../../shared/api/types/core-v1.ts'
import type { Ingress } from '../../../../shared/api/types/networking-v1.ts'
import type { AdmissionPlugin } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
}

/** StorageObjectInUseProtection: claims and volumes are held by a finalizer while something uses them. */
export const storageProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: new Set(Object.keys(FINALIZERS)),
  mutate({ operation, call, object }) {
    if (operation !== 'CREATE' || call.subresource !== '' || !object) return
    const finalizer = FINALIZERS[call.resource.storageKey] as string
    const { finalizers = [] } = object.metadata
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer]
  },
}

function objectsOf(store: AdmissionState['store'], resource: string): KubeObject[] {
  return store.list(resource).items.map(({ object }) => object)
}

/** DefaultStorageClass: a claim that names no class gets the default one. */
export function defaultStorageClass({ store }: AdmissionState): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    resources: new Set(['persistentvolumeclaims']),
    mutate({ operation, call, object }) {
      if (operation !== 'CREATE' || call.subresource !== '') return
      const { spec, metadata } = object as PersistentVolumeClaim
      if (!spec || spec.storageClassName !== undefined) return
      if (metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return
      const found = defaultOf(objectsOf(store, 'storageclasses.storage.k8s.io'), DEFAULT_STORAGE_CLASS)
      if (found) spec.storageClassName = found.metadata.name as string
    },
  }
}

/** DefaultIngressClass: an Ingress that names no class gets the default one. */
export function defaultIngressClass({ store }: AdmissionState): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    resources: new Set(['ingresses.networking.k8s.io']),
    mutate({ operation, call, object }) {
      if (operation !== 'CREATE' || call.subresource !== '') return
      const { spec, metadata } = object as Ingress
      if (!spec || spec.ingressClassName !== undefined) return
      if (metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return
      const found = defaultOf(objectsOf(store, 'ingressclasses.networking.k8s.io'), DEFAULT_INGRESS_CLASS)
      if (found) spec.ingressClassName = found.metadata.name as string
    },
  }
}
