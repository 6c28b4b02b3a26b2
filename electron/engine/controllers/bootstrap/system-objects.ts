import type { KubeObject } from '../../../../shared/api/object.ts'
import { type ResourceRef, resources } from '../../../../shared/api/resources.ts'
import { LOCAL_PROVISIONER } from '../../../../shared/api/storage.ts'

/** Where the API server is reached inside the cluster. */
export interface ApiServerAddress {
  /** The first Service address. */
  readonly clusterIP: string
  /** Where that Service leads: an address and port that pods' traffic is forwarded to. */
  readonly endpoint: { readonly address: string; readonly port: number }
}

export interface SystemObject {
  readonly ref: ResourceRef
  readonly object: KubeObject
  /** Also put right when it was changed, not only when it is missing. */
  readonly enforced: boolean
}

/** What every cluster has from its first moment and gets back when it is deleted. */
export function systemObjects(apiServer: ApiServerAddress): SystemObject[] {
  const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({
    ref: resources.namespaces,
    object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    enforced: false,
  }))
  return [
    ...namespaces,
    ...priorityClasses(),
    localStorageClass(),
    ingressClass(),
    metricsReader(),
    ...kubernetesService(apiServer),
  ]
}

/** Ingresses that name no class are served on the laptop. */
function ingressClass(): SystemObject {
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' }
  const object = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'slipway', annotations },
    spec: { controller: 'slipway.io/ingress' },
  }
  return { ref: resources.ingressClasses, object, enforced: false }
}

/** Who may look at pods may look at what they use. */
function metricsReader(): SystemObject {
  const aggregate = (role: string) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']
  const labels = Object.fromEntries(['admin', 'edit', 'view'].map(aggregate))
  const object = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'system:aggregated-metrics-reader', labels },
    rules: [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
  }
  return { ref: resources.clusterRoles, object, enforced: false }
}

/** Claims that name no class get a named volume of the container engine, once a pod needs it. */
function localStorageClass(): SystemObject {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  const object = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local', annotations },
    provisioner: LOCAL_PROVISIONER,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  }
  return { ref: resources.storageClasses, object, enforced: false }
}

function priorityClasses(): SystemObject[] {
  const classOf = (name: string, value: number, description: string) => ({
    ref: resources.priorityClasses,
    object: {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    enforced: false,
  })
  return [
    classOf(
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
    classOf(
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ),
  ]
}

function kubernetesService({ clusterIP, endpoint }: ApiServerAddress): SystemObject[] {
  const metadata = { name: 'kubernetes', namespace: 'default' }
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: endpoint.port }],
    },
  }
  const ports = [{ name: 'https', port: endpoint.port, protocol: 'TCP' }]
  const endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: endpoint.address }], ports }],
  }
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [endpoint.address], conditions: { ready: true } }],
    ports,
  }
  return [
    { ref: resources.services, object: service, enforced: false },
    { ref: resources.endpoints, object: endpoints, enforced: true },
    { ref: resources.endpointSlices, object: slice, enforced: true },
  ]
}
