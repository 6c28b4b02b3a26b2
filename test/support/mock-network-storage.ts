import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../shared/api/types/discovery-v1.ts'
import type { Ingress, NetworkPolicy } from '../../shared/api/types/networking-v1.ts'
import type { StorageClass } from '../../shared/api/types/storage-v1.ts'
import { meta } from './mock-objects.ts'

/** Ways in, rules and volumes, for the mock engine. */

export function mockIngress(name: string, hosts: readonly string[], tlsHost?: string): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: meta(name, 'shop', 5_000),
    spec: {
      ingressClassName: 'slipway',
      ...(tlsHost === undefined ? {} : { tls: [{ hosts: [tlsHost], secretName: 'shop-tls' }] }),
      rules: hosts.map((host) => ({
        host,
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
            { path: '/api', pathType: 'Prefix', backend: { service: { name: 'api', port: { number: 80 } } } },
          ],
        },
      })),
    },
    status: {
      loadBalancer: {
        ingress: [
          {
            ip: '127.0.0.1',
            ports: [
              { port: 8180, protocol: 'TCP' },
              { port: 8543, protocol: 'TCP' },
            ],
          },
        ],
      },
    },
  } as Ingress
}

export function mockEndpointSlice(service: string, pods: readonly Pod[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: meta(`${service}-x2k4p`, 'shop', 5_000, { 'kubernetes.io/service-name': service }),
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: pods.map(({ metadata, spec, status }) => ({
      addresses: [status?.podIP ?? ''],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: spec?.nodeName,
      targetRef: { kind: 'Pod', name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
    })),
  } as EndpointSlice
}

export function mockNetworkPolicy(name: string, app: string, from: string | undefined): NetworkPolicy {
  const rule = {
    from: [{ podSelector: { matchLabels: { app: from ?? '' } } }],
    ports: [{ port: 5432, protocol: 'TCP' }],
  }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: meta(name, 'shop', 5_000),
    spec: {
      podSelector: app === '' ? {} : { matchLabels: { app } },
      policyTypes: ['Ingress'],
      ...(from === undefined ? {} : { ingress: [rule] }),
    },
  } as NetworkPolicy
}

export function mockStorageClass(name: string, isDefault: boolean): StorageClass {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': String(isDefault) }
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { ...meta(name, undefined, 90_000), annotations },
    provisioner: 'local.slipway.io',
    reclaimPolicy: isDefault ? 'Delete' : 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  } as StorageClass
}

/** Bound to the volume of that name, or waiting for one. */
export function mockClaim(name: string, size: string, volumeName?: string): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: meta(name, 'shop', volumeName === undefined ? 30 : 5_000),
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local',
      volumeMode: 'Filesystem',
      resources: { requests: { storage: size } },
      ...(volumeName === undefined ? {} : { volumeName }),
    },
    status:
      volumeName === undefined
        ? { phase: 'Pending' }
        : { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: size } },
  } as PersistentVolumeClaim
}

export function mockVolume(name: string, size: string, claim: PersistentVolumeClaim | undefined): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: meta(name, undefined, 5_000),
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: claim === undefined ? 'Retain' : 'Delete',
      storageClassName: claim === undefined ? 'archive' : 'local',
      volumeMode: 'Filesystem',
      claimRef: { kind: 'PersistentVolumeClaim', namespace: 'shop', name: claim?.metadata.name ?? 'old-data' },
    },
    status: { phase: claim === undefined ? 'Released' : 'Bound' },
  } as PersistentVolume
}
