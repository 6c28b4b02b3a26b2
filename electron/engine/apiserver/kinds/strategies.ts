import {
  autoscalerStrategy,
  eventStrategy,
  nodeStrategy,
  persistentVolumeClaimStrategy,
  persistentVolumeStrategy,
  rbacStrategy,
  secretStrategy,
  signingRequestStrategy,
} from './core-objects.ts'
import { namespaceStrategy } from './namespace.ts'
import { podStrategy } from './pod.ts'
import { serviceStrategy } from './service.ts'
import type { KindStrategy } from './strategy.ts'
import {
  cronJobStrategy,
  daemonSetStrategy,
  deploymentStrategy,
  jobStrategy,
  replicaSetStrategy,
  replicationControllerStrategy,
  statefulSetStrategy,
} from './workloads.ts'

/** Every kind's strategy, by "group/version/Kind" ("v1/Pod" for the core group). */
export const strategies: Readonly<Record<string, KindStrategy>> = {
  'v1/Event': eventStrategy,
  'v1/Namespace': namespaceStrategy,
  'v1/Node': nodeStrategy,
  'v1/PersistentVolume': persistentVolumeStrategy,
  'v1/PersistentVolumeClaim': persistentVolumeClaimStrategy,
  'v1/Pod': podStrategy,
  'v1/ReplicationController': replicationControllerStrategy,
  'v1/Secret': secretStrategy,
  'v1/Service': serviceStrategy,
  'apps/v1/DaemonSet': daemonSetStrategy,
  'apps/v1/Deployment': deploymentStrategy,
  'apps/v1/ReplicaSet': replicaSetStrategy,
  'apps/v1/StatefulSet': statefulSetStrategy,
  'autoscaling/v2/HorizontalPodAutoscaler': autoscalerStrategy,
  'certificates.k8s.io/v1/CertificateSigningRequest': signingRequestStrategy,
  'batch/v1/CronJob': cronJobStrategy,
  'batch/v1/Job': jobStrategy,
  'rbac.authorization.k8s.io/v1/ClusterRole': rbacStrategy,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': rbacStrategy,
  'rbac.authorization.k8s.io/v1/Role': rbacStrategy,
  'rbac.authorization.k8s.io/v1/RoleBinding': rbacStrategy,
}
