import type { PersistentVolumeClaim } from '../../../../shared/api/types/core-v1.ts'
import type { Ingress, IngressClass } from '../../../../shared/api/types/networking-v1.ts'
import type { StorageClass } from '../../../../shared/api/types/storage-v1.ts'
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

type Named = StorageClass | IngressClass

/** The newest object that is marked as default; by name among equals. */
function defaultOf(store: AdmissionState['store'], resource: string, annotation: string): Named | undefined {
  const marked = store
    .list(resource)
    .items.map(({ object }) => object as Named)
    .filter(({ metadata }) => metadata.annotations?.[annotation] === 'true')
  const at = ({ metadata }: Named) => metadata.creationTimestamp ?? ''
  return marked.sort((left, right) => (at(left) < at(right) ? 1 : at(left) > at(right) ? -1 : 0))[0]
}

/** DefaultStorageClass: a claim that names no class gets the default one. */
export function defaultStorageClass({ store }: AdmissionState): AdmissionPlugin {
  const annotation = 'storageclass.kubernetes.io/is-default-class'
  return {
    name: 'DefaultStorageClass',
    resources: new Set(['persistentvolumeclaims']),
    mutate({ operation, call, object }) {
      if (operation !== 'CREATE' || call.subresource !== '') return
      const { spec, metadata } = object as PersistentVolumeClaim
      if (!spec || spec.storageClassName !== undefined) return
      if (metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return
      const found = defaultOf(store, 'storageclasses.storage.k8s.io', annotation)
      if (found) spec.storageClassName = found.metadata.name as string
    },
  }
}

/** DefaultIngressClass: an Ingress that names no class gets the default one. */
export function defaultIngressClass({ store }: AdmissionState): AdmissionPlugin {
  const annotation = 'ingressclass.kubernetes.io/is-default-class'
  return {
    name: 'DefaultIngressClass',
    resources: new Set(['ingresses.networking.k8s.io']),
    mutate({ operation, call, object }) {
      if (operation !== 'CREATE' || call.subresource !== '') return
      const { spec, metadata } = object as Ingress
      if (!spec || spec.ingressClassName !== undefined) return
      if (metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return
      const found = defaultOf(store, 'ingressclasses.networking.k8s.io', annotation)
      if (found) spec.ingressClassName = found.metadata.name as string
    },
  }
}
