import { controllerReference } from '../../../../shared/api/owner-references.ts'
import { isPodReady } from '../../../../shared/api/pod-state.ts'
import type { Node, Pod, Service } from '../../../../shared/api/types/core-v1.ts'
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { addressesOf, hasEndpoint, hostnameOf, isHeadless, targetPortOf } from './service-pods.ts'

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by'
export const HEADLESS_LABEL = 'service.kubernetes.io/headless'
export const MANAGER = 'endpointslice-controller.k8s.io'
const RESERVED = new Set([SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL])
const MAX_ENDPOINTS = 100

export interface SlicePlan {
  readonly create: readonly EndpointSlice[]
  readonly update: readonly EndpointSlice[]
  readonly delete: readonly EndpointSlice[]
  /** Pods left out because their node is not known. */
  readonly nodeless: readonly Pod[]
}

/** What changes a Service's EndpointSlices so that they hold exactly its pods, touching as few slices as it can. */
export function planSlices(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  nodeOf: (name: string) => Node | undefined,
): SlicePlan {
  const { groups, nodeless } = desiredGroups(service, pods, nodeOf)
  const mine = existing.filter(
    (slice) =>
      slice.addressType === 'IPv4' && slice.metadata.ownerReferences?.some(({ uid }) => uid === service.metadata.uid),
  )
  const create: EndpointSlice[] = []
  const update: EndpointSlice[] = []
  const remove = existing.filter((slice) => !mine.includes(slice))
  const byPorts = Map.groupBy(mine, ({ ports }) => portsKey(ports ?? []))
  for (const [key, group] of groups) {
    const packed = pack(service, group, byPorts.get(key) ?? [])
    create.push(...packed.create)
    update.push(...packed.update)
    remove.push(...packed.delete)
  }
  for (const [key, slices] of byPorts) if (!groups.has(key)) remove.push(...slices)
  addPlaceholder(service, existing, { create, remove })
  return { ...reuse(service, { create, update, remove }), nodeless }
}

interface Group {
  readonly ports: EndpointPort[]
  readonly endpoints: Map<string, Endpoint>
}

/** Endpoints by their set of ports: pods whose named ports differ go into different slices. */
function desiredGroups(service: Service, pods: readonly Pod[], nodeOf: (name: string) => Node | undefined) {
  const groups = new Map<string, Group>()
  const nodeless: Pod[] = []
  for (const pod of pods) {
    if (!hasEndpoint(pod, { terminating: true })) continue
    const ports = portsOf(service, pod)
    const key = portsKey(ports)
    const group = groups.get(key) ?? { ports, endpoints: new Map() }
    groups.set(key, group)
    const node = nodeOf(pod.spec?.nodeName ?? '')
    if (node === undefined && !service.spec?.publishNotReadyAddresses) nodeless.push(pod)
    else group.endpoints.set(pod.metadata.uid ?? '', endpointOf(service, pod, node))
  }
  return { groups, nodeless }
}

/** Keeps endpoints where they are, refills slices that change anyway, then the fullest that fits, then adds new ones. */
function pack(service: Service, { ports, endpoints }: Group, existing: readonly EndpointSlice[]) {
  const missing = new Map(endpoints)
  const kept = existing.map((slice) => {
    const own: Endpoint[] = []
    for (const endpoint of slice.endpoints ?? []) {
      const uid = endpoint.targetRef?.uid ?? ''
      const wanted = missing.get(uid)
      if (wanted === undefined) continue
      missing.delete(uid)
      own.push(semanticEqual(endpoint, wanted) ? endpoint : wanted)
    }
    const labels = labelsOf(service)
    const same = semanticEqual(own, slice.endpoints) && semanticEqual(labels, slice.metadata.labels)
    return { slice, own, changed: !same }
  })
  const left = [...missing.values()]
  for (const { own, changed } of kept)
    if (changed && own.length > 0) own.push(...left.splice(0, MAX_ENDPOINTS - own.length))
  if (left.length > 0) {
    const fits = kept.filter(({ own }) => own.length > 0 && own.length + left.length <= MAX_ENDPOINTS)
    const fullest = fits.sort((a, b) => b.own.length - a.own.length)[0]
    if (fullest !== undefined) {
      fullest.own.push(...left.splice(0))
      fullest.changed = true
    }
  }
  const create: EndpointSlice[] = []
  while (left.length > 0) create.push(newSlice(service, ports, left.splice(0, MAX_ENDPOINTS)))
  const emptied = kept.filter(({ own }) => own.length === 0).map(({ slice }) => slice)
  const update = kept
    .filter(({ own, changed }) => changed && own.length > 0)
    .map(({ slice, own }) => ({
      ...slice,
      metadata: { ...slice.metadata, labels: labelsOf(service) },
      endpoints: own,
    }))
  return { create, update, delete: emptied }
}

/** A Service without endpoints keeps one empty slice, so that consumers can tell "none" from "not looked at yet". */
function addPlaceholder(
  service: Service,
  existing: readonly EndpointSlice[],
  { create, remove }: { create: EndpointSlice[]; remove: EndpointSlice[] },
): void {
  if (existing.length !== remove.length || create.length > 0) return
  const placeholder = newSlice(service, [], [])
  const [only] = remove
  const isPlaceholder =
    remove.length === 1 &&
    only !== undefined &&
    semanticEqual(only.endpoints, []) &&
    semanticEqual(only.ports, []) &&
    semanticEqual(only.metadata.labels, placeholder.metadata.labels)
  if (isPlaceholder) remove.length = 0
  else create.push(placeholder)
}

/** Slices to create take over the names of slices to delete. */
function reuse(
  service: Service,
  { create, update, remove }: { create: EndpointSlice[]; update: EndpointSlice[]; remove: EndpointSlice[] },
) {
  const reused: EndpointSlice[] = []
  const gone = remove.filter((slice) => {
    const mine = slice.metadata.ownerReferences?.some(({ uid }) => uid === service.metadata.uid)
    const next = mine && slice.addressType === 'IPv4' ? create.pop() : undefined
    if (next === undefined) return true
    const metadata = { ...slice.metadata, labels: next.metadata.labels, ownerReferences: next.metadata.ownerReferences }
    reused.push({ ...next, metadata })
    return false
  })
  return { create, update: [...update, ...reused], delete: gone }
}

function newSlice(service: Service, ports: EndpointPort[], endpoints: Endpoint[]): EndpointSlice {
  const { name, namespace } = service.metadata
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: labelsOf(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  }
}

function labelsOf(service: Service): Record<string, string> {
  const own = Object.entries(service.metadata.labels ?? {}).filter(([key]) => !RESERVED.has(key))
  return {
    ...Object.fromEntries(own),
    ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}),
    [SERVICE_NAME_LABEL]: service.metadata.name ?? '',
    [MANAGED_BY_LABEL]: MANAGER,
  }
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  const ports: EndpointPort[] = []
  for (const servicePort of service.spec?.ports ?? []) {
    const port = targetPortOf(pod, servicePort)
    if (port === undefined) continue
    const { name = '', protocol = 'TCP', appProtocol } = servicePort
    ports.push({ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) })
  }
  return ports
}

function endpointOf(service: Service, pod: Pod, node: Node | undefined): Endpoint {
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating)
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone']
  const hostname = hostnameOf(pod, service)
  const { namespace, name, uid } = pod.metadata
  return {
    addresses: addressesOf(pod).filter((address) => !address.includes(':')),
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
    ...hintsOf(service, { ready, zone, nodeName: pod.spec?.nodeName }),
  }
}

interface Place {
  readonly ready: boolean
  readonly zone: string | undefined
  readonly nodeName: string | undefined
}

/** trafficDistribution: for whom a ready endpoint is meant, while those have one. */
function hintsOf({ spec }: Service, { ready, zone, nodeName }: Place): Pick<Endpoint, 'hints'> {
  if (!ready || !spec?.trafficDistribution) return {}
  const forZones = zone ? { forZones: [{ name: zone }] } : {}
  const forNodes = nodeName && spec.trafficDistribution === 'PreferSameNode' ? { forNodes: [{ name: nodeName }] } : {}
  const hints = { ...forZones, ...forNodes }
  return Object.keys(hints).length > 0 ? { hints } : {}
}

export function portsKey(ports: readonly EndpointPort[]): string {
  return ports
    .map(
      ({ name, protocol, port, appProtocol }) => `${name ?? ''}/${protocol ?? ''}/${port ?? ''}/${appProtocol ?? ''}`,
    )
    .sort()
    .join()
}
