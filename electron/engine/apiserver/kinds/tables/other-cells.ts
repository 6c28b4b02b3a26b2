import { goLabelSelector } from '../../../../../shared/api/go-text.ts'
import type { CertificateSigningRequest } from '../../../../../shared/api/types/certificates-v1.ts'
import type { Lease } from '../../../../../shared/api/types/coordination-v1.ts'
import type { EndpointSlice } from '../../../../../shared/api/types/discovery-v1.ts'
import type { FlowSchema, PriorityLevelConfiguration } from '../../../../../shared/api/types/flowcontrol-v1.ts'
import type { LabelSelector } from '../../../../../shared/api/types/meta-v1.ts'
import type {
  Ingress,
  IngressClass,
  IPAddress,
  NetworkPolicy,
  ServiceCIDR,
} from '../../../../../shared/api/types/networking-v1.ts'
import type { RuntimeClass } from '../../../../../shared/api/types/node-v1.ts'
import type { RoleBinding } from '../../../../../shared/api/types/rbac-v1.ts'
import type { ResourceClaim, ResourceSlice } from '../../../../../shared/api/types/resource-v1.ts'
import type { PriorityClass } from '../../../../../shared/api/types/scheduling-v1.ts'
import type {
  CSIDriver,
  CSINode,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../../../../../shared/api/types/storage-v1.ts'
import { ageOf, type Cells, NONE, nameOf, selectorCell, UNSET } from './cell-text.ts'
import { humanDuration } from './human-duration.ts'

const ingress: Cells<Ingress> = (object, now) => {
  const { spec, status } = object
  const hosts = (spec?.rules ?? []).slice(0, 3).map(({ host }) => host || '*')
  const more = (spec?.rules?.length ?? 0) > 3 ? ` + ${(spec?.rules?.length ?? 0) - 3} more...` : ''
  const all = (spec?.rules ?? []).map(({ host }) => host ?? '').filter(Boolean)
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '')
  return [
    nameOf(object),
    spec?.ingressClassName ?? NONE,
    all.length === 0 ? '*' : hosts.filter((host) => host !== '*').join(',') + more,
    [...new Set(addresses)].sort().join(','),
    spec?.tls?.length ? '80, 443' : '80',
    ageOf(object, now),
  ]
}

const ingressClass: Cells<IngressClass> = (object, now) => {
  const ref = object.spec?.parameters
  const parameters = ref ? `${ref.kind}${ref.apiGroup ? `.${ref.apiGroup}` : ''}/${ref.name}` : NONE
  return [nameOf(object), object.spec?.controller ?? '', parameters, ageOf(object, now)]
}

const networkPolicy: Cells<NetworkPolicy> = (object, now) => [
  nameOf(object),
  selectorCell(object.spec?.podSelector),
  ageOf(object, now),
]

const endpointSlice: Cells<EndpointSlice> = (object, now) => {
  const ports = object.ports ?? []
  const portTexts = ports.map(({ port, name }) => (port ? String(port) : (name ?? '*'))).map((text) => text || '*')
  const addresses = (object.endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? [])
  return [
    nameOf(object),
    object.addressType ?? '',
    ports.length === 0 ? UNSET : limited(portTexts),
    addresses.length === 0 ? UNSET : limited(addresses),
    ageOf(object, now),
  ]
}

function limited(texts: readonly string[]): string {
  return texts.slice(0, 3).join(',') + (texts.length > 3 ? ` + ${texts.length - 3} more...` : '')
}

const binding: Cells<RoleBinding> = (object, now) => {
  const { roleRef, subjects = [] } = object
  const of = (kind: string) => subjects.filter((subject) => subject.kind === kind)
  const accounts = of('ServiceAccount').map(({ namespace, name }) => `${namespace ?? ''}/${name}`)
  return [
    nameOf(object),
    `${roleRef.kind}/${roleRef.name}`,
    ageOf(object, now),
    of('User')
      .map(({ name }) => name)
      .join(', '),
    of('Group')
      .map(({ name }) => name)
      .join(', '),
    accounts.join(', '),
  ]
}

const storageClass: Cells<StorageClass> = (object, now) => {
  const isDefault =
    object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
    object.metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true'
  return [
    `${nameOf(object)}${isDefault ? ' (default)' : ''}`,
    object.provisioner ?? '',
    object.reclaimPolicy ?? 'Delete',
    object.volumeBindingMode ?? 'Immediate',
    object.allowVolumeExpansion ?? false,
    ageOf(object, now),
  ]
}

const signingRequest: Cells<CertificateSigningRequest> = (object, now) => {
  const { spec, status } = object
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) ?? false
  const state = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  const seconds = spec?.expirationSeconds
  return [
    nameOf(object),
    ageOf(object, now),
    spec?.signerName || NONE,
    spec?.username ?? '',
    seconds === undefined ? NONE : humanDuration(seconds * 1000),
    `${state}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`,
  ]
}

const named: Cells = (object, now) => [nameOf(object), ageOf(object, now)]

const admissionKinds: Readonly<Record<string, Cells>> = {
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': counted('webhooks'),
  'validatingwebhookconfigurations.admissionregistration.k8s.io': counted('webhooks'),
  'validatingadmissionpolicies.admissionregistration.k8s.io': policy('validations'),
  'mutatingadmissionpolicies.admissionregistration.k8s.io': policy('mutations'),
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': policyBinding,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': policyBinding,
}

function counted(list: string): Cells {
  return (object, now) => [nameOf(object), listOf(object, list).length, ageOf(object, now)]
}

function listOf(object: unknown, list: string): readonly unknown[] {
  return ((object as Record<string, unknown>)[list] as readonly unknown[] | undefined) ?? []
}

interface WithSpec {
  readonly spec?: {
    readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string }
    readonly policyName?: string
    readonly paramRef?: { readonly name?: string; readonly namespace?: string; readonly selector?: object }
  }
}

function policy(list: string): Cells {
  return (object, now) => {
    const { spec } = object as WithSpec
    const kind = spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : UNSET
    return [nameOf(object), listOf(spec, list).length, kind, ageOf(object, now)]
  }
}

function policyBinding(object: Parameters<Cells>[0], now: number): unknown[] {
  const { spec } = object as WithSpec
  const ref = spec?.paramRef
  const text = ref
    ? ref.name
      ? `${ref.namespace || '*'}/${ref.name}`
      : goLabelSelector(ref.selector as LabelSelector)
    : UNSET
  return [nameOf(object), spec?.policyName ?? '', text, ageOf(object, now)]
}

const priorityLevel: Cells<PriorityLevelConfiguration> = (object, now) => {
  const { type, limited, exempt } = object.spec ?? {}
  const queuing = limited?.limitResponse?.queuing
  const shares = limited?.nominalConcurrencyShares ?? exempt?.nominalConcurrencyShares ?? NONE
  const { queues = NONE, handSize = NONE, queueLengthLimit = NONE } = queuing ?? {}
  return [nameOf(object), type ?? '', shares, queues, handSize, queueLengthLimit, ageOf(object, now)]
}

const flowSchema: Cells<FlowSchema> = (object, now) => {
  const { spec, status } = object
  const missing = status?.conditions?.find(({ type }) => type === 'Dangling')?.status || '?'
  return [
    nameOf(object),
    spec?.priorityLevelConfiguration.name ?? '',
    spec?.matchingPrecedence ?? 0,
    spec?.distinguisherMethod?.type ?? NONE,
    ageOf(object, now),
    missing,
  ]
}

const resourceClaim: Cells<ResourceClaim> = (object, now) => {
  const { metadata, status } = object
  const states: string[] = []
  if (metadata.deletionTimestamp) states.push('deleted')
  if (!status?.allocation) {
    if (!metadata.deletionTimestamp) states.push('pending')
  } else {
    states.push('allocated')
    if (status.reservedFor?.length) states.push('reserved')
  }
  return [nameOf(object), states.join(','), ageOf(object, now)]
}

const resourceSlice: Cells<ResourceSlice> = (object, now) => [
  nameOf(object),
  object.spec?.nodeName ?? '',
  object.spec?.driver ?? '',
  object.spec?.pool.name ?? '',
  ageOf(object, now),
]

const attributesClass: Cells<VolumeAttributesClass> = (object, now) => [
  nameOf(object),
  object.driverName,
  ageOf(object, now),
]

const lease: Cells<Lease> = (object, now) => [nameOf(object), object.spec?.holderIdentity ?? '', ageOf(object, now)]

const priorityClass: Cells<PriorityClass> = (object, now) => [
  nameOf(object),
  object.value ?? 0,
  object.globalDefault ?? false,
  ageOf(object, now),
  object.preemptionPolicy ?? '',
]

const runtimeClass: Cells<RuntimeClass> = (object, now) => [nameOf(object), object.handler, ageOf(object, now)]

const csiDriver: Cells<CSIDriver> = (object, now) => [
  nameOf(object),
  object.spec?.attachRequired ?? true,
  object.spec?.podInfoOnMount ?? false,
  object.spec?.storageCapacity ?? false,
  object.spec?.tokenRequests?.length ? object.spec.tokenRequests.map(({ audience }) => audience).join(',') : UNSET,
  object.spec?.requiresRepublish ?? false,
  object.spec?.volumeLifecycleModes?.join(',') || NONE,
  ageOf(object, now),
]

const csiNode: Cells<CSINode> = (object, now) => [nameOf(object), object.spec?.drivers?.length ?? 0, ageOf(object, now)]

const attachment: Cells<VolumeAttachment> = (object, now) => [
  nameOf(object),
  object.spec?.attacher ?? '',
  object.spec?.source?.persistentVolumeName ?? '',
  object.spec?.nodeName ?? '',
  object.status?.attached ?? false,
  ageOf(object, now),
]

const ipAddress: Cells<IPAddress> = (object, now) => {
  const ref = object.spec?.parentRef
  const parent = ref
    ? `${ref.resource}${ref.group ? `.${ref.group}` : ''}/${ref.namespace ? `${ref.namespace}/` : ''}${ref.name}`
    : ''
  return [nameOf(object), parent, ageOf(object, now)]
}

const serviceCidr: Cells<ServiceCIDR> = (object, now) => [
  nameOf(object),
  (object.spec?.cidrs ?? []).join(','),
  ageOf(object, now),
]

/** By storage key. */
export const otherCells: Readonly<Record<string, Cells>> = {
  ...admissionKinds,
  serviceaccounts: named,
  'resourceclaimtemplates.resource.k8s.io': named,
  'deviceclasses.resource.k8s.io': named,
  'ingresses.networking.k8s.io': ingress as Cells,
  'ingressclasses.networking.k8s.io': ingressClass as Cells,
  'networkpolicies.networking.k8s.io': networkPolicy as Cells,
  'ipaddresses.networking.k8s.io': ipAddress as Cells,
  'servicecidrs.networking.k8s.io': serviceCidr as Cells,
  'endpointslices.discovery.k8s.io': endpointSlice as Cells,
  'rolebindings.rbac.authorization.k8s.io': binding as Cells,
  'clusterrolebindings.rbac.authorization.k8s.io': binding as Cells,
  'storageclasses.storage.k8s.io': storageClass as Cells,
  'csidrivers.storage.k8s.io': csiDriver as Cells,
  'csinodes.storage.k8s.io': csiNode as Cells,
  'volumeattachments.storage.k8s.io': attachment as Cells,
  'certificatesigningrequests.certificates.k8s.io': signingRequest as Cells,
  'leases.coordination.k8s.io': lease as Cells,
  'priorityclasses.scheduling.k8s.io': priorityClass as Cells,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': priorityLevel as Cells,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowSchema as Cells,
  'resourceclaims.resource.k8s.io': resourceClaim as Cells,
  'resourceslices.resource.k8s.io': resourceSlice as Cells,
  'volumeattributesclasses.storage.k8s.io': attributesClass as Cells,
  'runtimeclasses.node.k8s.io': runtimeClass as Cells,
}
