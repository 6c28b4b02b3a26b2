import type { KubeObject } from './object.ts'
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from './types/apps-v1.ts'
import type { HorizontalPodAutoscaler } from './types/autoscaling-v2.ts'
import type { CronJob, Job } from './types/batch-v1.ts'
import type { Lease } from './types/coordination-v1.ts'
import type {
  ConfigMap,
  Endpoints,
  Event,
  LimitRange,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from './types/core-v1.ts'
import type { EndpointSlice } from './types/discovery-v1.ts'
import type { Ingress, IngressClass, NetworkPolicy } from './types/networking-v1.ts'
import type { PodDisruptionBudget } from './types/policy-v1.ts'
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from './types/rbac-v1.ts'
import type { PriorityClass } from './types/scheduling-v1.ts'
import type { CSINode, StorageClass } from './types/storage-v1.ts'

/** Names one served resource and, for the compiler, the type of its objects. */
export interface ResourceRef<T extends KubeObject = KubeObject> {
  /** "" for the core group. */
  readonly group: string
  readonly version: string
  /** Plural: "pods". */
  readonly resource: string
  readonly kind: string
  readonly namespaced: boolean
  /** Never set: carries `T`. */
  readonly object?: T
}

function ref<T extends KubeObject>(
  groupVersion: string,
  resource: string,
  kind: string,
  namespaced = true,
): ResourceRef<T> {
  const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion]
  return { group: group as string, version: version as string, resource, kind, namespaced }
}

const CLUSTER_SCOPED = false

/** The built-in resources that the engine itself reads or writes. */
export const resources = {
  configMaps: ref<ConfigMap>('v1', 'configmaps', 'ConfigMap'),
  endpoints: ref<Endpoints>('v1', 'endpoints', 'Endpoints'),
  events: ref<Event>('v1', 'events', 'Event'),
  limitRanges: ref<LimitRange>('v1', 'limitranges', 'LimitRange'),
  namespaces: ref<Namespace>('v1', 'namespaces', 'Namespace', CLUSTER_SCOPED),
  nodes: ref<Node>('v1', 'nodes', 'Node', CLUSTER_SCOPED),
  persistentVolumes: ref<PersistentVolume>('v1', 'persistentvolumes', 'PersistentVolume', CLUSTER_SCOPED),
  persistentVolumeClaims: ref<PersistentVolumeClaim>('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  pods: ref<Pod>('v1', 'pods', 'Pod'),
  replicationControllers: ref<ReplicationController>('v1', 'replicationcontrollers', 'ReplicationController'),
  resourceQuotas: ref<ResourceQuota>('v1', 'resourcequotas', 'ResourceQuota'),
  secrets: ref<Secret>('v1', 'secrets', 'Secret'),
  services: ref<Service>('v1', 'services', 'Service'),
  serviceAccounts: ref<ServiceAccount>('v1', 'serviceaccounts', 'ServiceAccount'),
  controllerRevisions: ref<ControllerRevision>('apps/v1', 'controllerrevisions', 'ControllerRevision'),
  daemonSets: ref<DaemonSet>('apps/v1', 'daemonsets', 'DaemonSet'),
  deployments: ref<Deployment>('apps/v1', 'deployments', 'Deployment'),
  replicaSets: ref<ReplicaSet>('apps/v1', 'replicasets', 'ReplicaSet'),
  statefulSets: ref<StatefulSet>('apps/v1', 'statefulsets', 'StatefulSet'),
  horizontalPodAutoscalers: ref<HorizontalPodAutoscaler>(
    'autoscaling/v2',
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
  ),
  cronJobs: ref<CronJob>('batch/v1', 'cronjobs', 'CronJob'),
  jobs: ref<Job>('batch/v1', 'jobs', 'Job'),
  leases: ref<Lease>('coordination.k8s.io/v1', 'leases', 'Lease'),
  endpointSlices: ref<EndpointSlice>('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice'),
  ingresses: ref<Ingress>('networking.k8s.io/v1', 'ingresses', 'Ingress'),
  ingressClasses: ref<IngressClass>('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', CLUSTER_SCOPED),
  networkPolicies: ref<NetworkPolicy>('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy'),
  podDisruptionBudgets: ref<PodDisruptionBudget>('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  clusterRoles: ref<ClusterRole>('rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', CLUSTER_SCOPED),
  clusterRoleBindings: ref<ClusterRoleBinding>(
    'rbac.authorization.k8s.io/v1',
    'clusterrolebindings',
    'ClusterRoleBinding',
    CLUSTER_SCOPED,
  ),
  roles: ref<Role>('rbac.authorization.k8s.io/v1', 'roles', 'Role'),
  roleBindings: ref<RoleBinding>('rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'),
  priorityClasses: ref<PriorityClass>('scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', CLUSTER_SCOPED),
  csiNodes: ref<CSINode>('storage.k8s.io/v1', 'csinodes', 'CSINode', CLUSTER_SCOPED),
  storageClasses: ref<StorageClass>('storage.k8s.io/v1', 'storageclasses', 'StorageClass', CLUSTER_SCOPED),
} as const
