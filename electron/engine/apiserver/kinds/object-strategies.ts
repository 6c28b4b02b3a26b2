import { configMapStrategy } from './config/config-map-strategy.ts'
import { secretStrategy } from './config/secret-strategy.ts'
import { serviceAccountStrategy } from './config/service-account-strategy.ts'
import {
  autoscalerStrategy,
  eventStrategy,
  persistentVolumeClaimStrategy,
  persistentVolumeStrategy,
  signingRequestStrategy,
} from './core-objects.ts'
import { namespaceStrategy } from './namespace/namespace-strategy.ts'
import { nodeStrategy } from './node/node-strategy.ts'
import { clusterRoleBindingStrategy, roleBindingStrategy } from './rbac/binding-strategies.ts'
import { clusterRoleStrategy, roleStrategy } from './rbac/role-strategies.ts'
import { serviceStrategy } from './service/service-strategy.ts'
import type { KindStrategy } from './strategy.ts'

/** The strategies of all kinds that are neither pods nor workloads. */
export const objectStrategies: Readonly<Record<string, KindStrategy>> = {
  'v1/ConfigMap': configMapStrategy,
  'v1/Event': eventStrategy,
  'v1/PersistentVolume': persistentVolumeStrategy,
  'v1/PersistentVolumeClaim': persistentVolumeClaimStrategy,
  'autoscaling/v2/HorizontalPodAutoscaler': autoscalerStrategy,
  'certificates.k8s.io/v1/CertificateSigningRequest': signingRequestStrategy,
  'v1/Namespace': namespaceStrategy,
  'v1/Node': nodeStrategy,
  'v1/Secret': secretStrategy,
  'v1/Service': serviceStrategy,
  'v1/ServiceAccount': serviceAccountStrategy,
  'rbac.authorization.k8s.io/v1/ClusterRole': clusterRoleStrategy,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': clusterRoleBindingStrategy,
  'rbac.authorization.k8s.io/v1/Role': roleStrategy,
  'rbac.authorization.k8s.io/v1/RoleBinding': roleBindingStrategy,
}
