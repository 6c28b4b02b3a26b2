import { mutatingBindingStrategy, validatingBindingStrategy } from './admissionregistration/binding-strategies.ts'
import { mutatingPolicyStrategy, validatingPolicyStrategy } from './admissionregistration/policy-strategies.ts'
import { mutatingWebhookStrategy, validatingWebhookStrategy } from './admissionregistration/webhook-strategies.ts'
import { apiServiceStrategy } from './apiregistration/api-service-strategy.ts'
import { autoscalerStrategy } from './autoscaler/autoscaler-strategy.ts'
import { signingRequestStrategy } from './certificates/signing-request-strategy.ts'
import { configMapStrategy } from './config/config-map-strategy.ts'
import { secretStrategy } from './config/secret-strategy.ts'
import { serviceAccountStrategy } from './config/service-account-strategy.ts'
import { controllerRevisionStrategy } from './controller-revision-strategy.ts'
import { definitionStrategy } from './definition/definition-strategy.ts'
import { resourceClaimStrategy, resourceClaimTemplateStrategy } from './devices/claim-strategies.ts'
import { deviceClassStrategy } from './devices/device-class-strategy.ts'
import { resourceSliceStrategy } from './devices/resource-slice-strategy.ts'
import { endpointSliceStrategy } from './endpoints/endpoint-slice-strategy.ts'
import { endpointsStrategy } from './endpoints/endpoints-strategy.ts'
import { eventStrategy } from './event/event-strategy.ts'
import { leaseStrategy } from './event/lease-strategy.ts'
import { flowSchemaStrategy } from './flowcontrol/flow-schema-strategy.ts'
import { priorityLevelStrategy } from './flowcontrol/priority-level-strategy.ts'
import { namespaceStrategy } from './namespace/namespace-strategy.ts'
import { ipAddressStrategy, serviceCIDRStrategy } from './networking/address-strategies.ts'
import { ingressClassStrategy } from './networking/ingress-class-strategy.ts'
import { ingressStrategy } from './networking/ingress-strategy.ts'
import { networkPolicyStrategy } from './networking/network-policy-strategy.ts'
import { nodeStrategy } from './node/node-strategy.ts'
import { disruptionBudgetStrategy } from './policy/disruption-budget-strategy.ts'
import { limitRangeStrategy } from './quota/limit-range-strategy.ts'
import { resourceQuotaStrategy } from './quota/resource-quota-strategy.ts'
import { clusterRoleBindingStrategy, roleBindingStrategy } from './rbac/binding-strategies.ts'
import { clusterRoleStrategy, roleStrategy } from './rbac/role-strategies.ts'
import { priorityClassStrategy, runtimeClassStrategy } from './scheduling/class-strategies.ts'
import { serviceStrategy } from './service/service-strategy.ts'
import { claimStrategy } from './storage/claim-strategy.ts'
import {
  csiDriverStrategy,
  csiNodeStrategy,
  csiStorageCapacityStrategy,
  volumeAttributesClassStrategy,
} from './storage/csi-strategies.ts'
import { storageClassStrategy } from './storage/storage-class-strategy.ts'
import { volumeAttachmentStrategy } from './storage/volume-attachment-strategy.ts'
import { persistentVolumeStrategy } from './storage/volume-strategy.ts'
import type { KindStrategy } from './strategy.ts'

/** The strategies of all kinds that are neither pods nor workloads. */
export const objectStrategies: Readonly<Record<string, KindStrategy>> = {
  'v1/Endpoints': endpointsStrategy,
  'v1/Event': eventStrategy,
  'v1/LimitRange': limitRangeStrategy,
  'v1/PersistentVolume': persistentVolumeStrategy,
  'v1/PersistentVolumeClaim': claimStrategy,
  'v1/ResourceQuota': resourceQuotaStrategy,
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy': mutatingPolicyStrategy,
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding': mutatingBindingStrategy,
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': mutatingWebhookStrategy,
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': validatingPolicyStrategy,
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': validatingBindingStrategy,
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': validatingWebhookStrategy,
  'apiextensions.k8s.io/v1/CustomResourceDefinition': definitionStrategy,
  'apiregistration.k8s.io/v1/APIService': apiServiceStrategy,
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema': flowSchemaStrategy,
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': priorityLevelStrategy,
  'storage.k8s.io/v1/VolumeAttachment': volumeAttachmentStrategy,
  'apps/v1/ControllerRevision': controllerRevisionStrategy,
  'autoscaling/v2/HorizontalPodAutoscaler': autoscalerStrategy,
  'coordination.k8s.io/v1/Lease': leaseStrategy,
  'discovery.k8s.io/v1/EndpointSlice': endpointSliceStrategy,
  'networking.k8s.io/v1/IPAddress': ipAddressStrategy,
  'networking.k8s.io/v1/Ingress': ingressStrategy,
  'networking.k8s.io/v1/IngressClass': ingressClassStrategy,
  'networking.k8s.io/v1/NetworkPolicy': networkPolicyStrategy,
  'networking.k8s.io/v1/ServiceCIDR': serviceCIDRStrategy,
  'node.k8s.io/v1/RuntimeClass': runtimeClassStrategy,
  'policy/v1/PodDisruptionBudget': disruptionBudgetStrategy,
  'resource.k8s.io/v1/DeviceClass': deviceClassStrategy,
  'resource.k8s.io/v1/ResourceClaim': resourceClaimStrategy,
  'resource.k8s.io/v1/ResourceClaimTemplate': resourceClaimTemplateStrategy,
  'resource.k8s.io/v1/ResourceSlice': resourceSliceStrategy,
  'scheduling.k8s.io/v1/PriorityClass': priorityClassStrategy,
  'storage.k8s.io/v1/CSIDriver': csiDriverStrategy,
  'storage.k8s.io/v1/CSINode': csiNodeStrategy,
  'storage.k8s.io/v1/CSIStorageCapacity': csiStorageCapacityStrategy,
  'storage.k8s.io/v1/StorageClass': storageClassStrategy,
  'storage.k8s.io/v1/VolumeAttributesClass': volumeAttributesClassStrategy,
  'v1/ConfigMap': configMapStrategy,
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
