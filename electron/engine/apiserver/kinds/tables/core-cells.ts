import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceQuota,
  Secret,
  Service,
} from '../../../../../shared/api/types/core-v1.ts'
import { accessModes, ageOf, type Cells, labelsText, NONE, nameOf, since, UNKNOWN, UNSET } from './cell-text.ts'
import { humanDuration } from './human-duration.ts'

const namespace: Cells<Namespace> = (object, now) => [nameOf(object), object.status?.phase ?? '', ageOf(object, now)]

const configMap: Cells<ConfigMap> = (object, now) => [
  nameOf(object),
  Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length,
  ageOf(object, now),
]

const secret: Cells<Secret> = (object, now) => [
  nameOf(object),
  object.type ?? '',
  Object.keys(object.data ?? {}).length,
  ageOf(object, now),
]

const service: Cells<Service> = (object, now) => {
  const { spec } = object
  const ports = (spec?.ports ?? []).map(
    ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
  )
  return [
    nameOf(object),
    spec?.type ?? '',
    spec?.clusterIPs?.[0] || spec?.clusterIP || NONE,
    externalAddress(object),
    ports.join(',') || NONE,
    ageOf(object, now),
    labelsText(spec?.selector),
  ]
}

function externalAddress({ spec, status }: Service): string {
  const ips = spec?.externalIPs?.join(',') ?? ''
  switch (spec?.type) {
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '')
      const text = [...new Set(ingress)].sort().join(',')
      if (ips) return text ? `${text},${ips}` : ips
      return text || '<pending>'
    }
    case 'ExternalName':
      return spec.externalName || ''
    default:
      return ips || NONE
  }
}

const endpoints: Cells<Endpoints> = (object, now) => {
  const all: string[] = []
  for (const { addresses = [], ports = [] } of object.subsets ?? []) {
    const shown = ports.length === 0 ? addresses.map(({ ip }) => ip) : []
    for (const { port } of ports)
      for (const { ip } of addresses) shown.push(`${ip.includes(':') ? `[${ip}]` : ip}:${port}`)
    all.push(...shown)
  }
  const text = all.slice(0, 3).join(',') + (all.length > 3 ? ` + ${all.length - 3} more...` : '')
  return [nameOf(object), text || NONE, ageOf(object, now)]
}

const node: Cells<Node> = (object, now) => {
  const { status, spec } = object
  const states = (status?.conditions ?? [])
    .filter(({ type }) => type === 'Ready')
    .map(({ type, status: value }) => (value === 'True' ? type : `Not${type}`))
  if (states.length === 0) states.push('Unknown')
  if (spec?.unschedulable) states.push('SchedulingDisabled')
  const address = (wanted: string) => status?.addresses?.find(({ type }) => type === wanted)?.address ?? NONE
  const info = status?.nodeInfo
  return [
    nameOf(object),
    states.join(','),
    nodeRoles(object),
    ageOf(object, now),
    info?.kubeletVersion ?? '',
    address('InternalIP'),
    address('ExternalIP'),
    info?.osImage || UNKNOWN,
    info?.kernelVersion ? `${info.kernelVersion}${info.architecture ? ` (${info.architecture})` : ''}` : UNKNOWN,
    info?.containerRuntimeVersion || UNKNOWN,
  ]
}

const ROLE_PREFIX = 'node-role.kubernetes.io/'

function nodeRoles({ metadata }: Node): string {
  const roles = new Set<string>()
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length))
    else if (key === 'kubernetes.io/role' && value !== '') roles.add(value)
  }
  return roles.size === 0 ? NONE : [...roles].sort().join(',')
}

const claim: Cells<PersistentVolumeClaim> = (object, now) => {
  const { spec, status, metadata } = object
  const bound = Boolean(spec?.volumeName)
  return [
    nameOf(object),
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    spec?.volumeName ?? '',
    bound ? (status?.capacity?.storage ?? '0') : '',
    bound ? accessModes(status?.accessModes) : '',
    storageClass(object),
    spec?.volumeAttributesClassName ?? UNSET,
    ageOf(object, now),
    spec?.volumeMode ?? UNSET,
  ]
}

function storageClass({ metadata, spec }: PersistentVolumeClaim | PersistentVolume): string {
  return metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? ''
}

const volume: Cells<PersistentVolume> = (object, now) => {
  const { spec, status, metadata } = object
  const ref = spec?.claimRef
  return [
    nameOf(object),
    spec?.capacity?.storage ?? '0',
    accessModes(spec?.accessModes),
    spec?.persistentVolumeReclaimPolicy ?? '',
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ref ? `${ref.namespace ?? ''}/${ref.name ?? ''}` : '',
    storageClass(object),
    spec?.volumeAttributesClassName ?? UNSET,
    status?.reason ?? '',
    ageOf(object, now),
    spec?.volumeMode ?? UNSET,
  ]
}

const quota: Cells<ResourceQuota> = (object, now) => {
  const { hard = {}, used = {} } = object.status ?? {}
  const requests: string[] = []
  const limits: string[] = []
  for (const name of Object.keys(hard).sort()) {
    const text = `${name}: ${used[name] ?? '0'}/${hard[name]}`
    if (name.startsWith('limits')) limits.push(text)
    else requests.push(text)
  }
  return [nameOf(object), requests.join(', '), limits.join(', '), ageOf(object, now)]
}

const event: Cells<Event> = (object, now) => {
  const { involvedObject: about, source, series } = object
  const first = object.firstTimestamp ?? object.eventTime
  const last = series?.lastObservedTime ?? object.lastTimestamp
  const firstSeen = first ? humanDuration(now - Date.parse(first)) : UNKNOWN
  const target = about?.name ? `${(about.kind ?? '').toLowerCase()}/${about.name}` : (about?.kind ?? '').toLowerCase()
  const component = source?.component || object.reportingComponent || ''
  const host = source?.host || (source?.component ? '' : object.reportingInstance) || ''
  return [
    last ? since(last, now) : firstSeen,
    object.type ?? '',
    object.reason ?? '',
    target,
    about?.fieldPath ?? '',
    [component, host].filter(Boolean).join(', '),
    (object.message ?? '').trim(),
    firstSeen,
    series?.count ?? (object.count || 1),
    nameOf(object),
  ]
}

/** By storage key. */
export const coreCells: Readonly<Record<string, Cells>> = {
  namespaces: namespace as Cells,
  configmaps: configMap as Cells,
  secrets: secret as Cells,
  services: service as Cells,
  endpoints: endpoints as Cells,
  nodes: node as Cells,
  persistentvolumeclaims: claim as Cells,
  persistentvolumes: volume as Cells,
  resourcequotas: quota as Cells,
  events: event as Cells,
}
