import type { Service, ServicePort } from '../../../../shared/api/types/core-v1.ts'
import type { Endpoint, EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'

type TransportProtocol = 'tcp' | 'udp' | 'sctp'

export interface Backend {
  readonly ip: string
  readonly port: number
}

/** One port of one Service with where its connections go: what every way of serving it (nftables, HAProxy) reads. */
export interface ServiceEntry {
  /** "default/web/tcp/80": unique in the cluster. */
  readonly id: string
  readonly namespace: string
  readonly service: string
  readonly portName: string
  readonly protocol: TransportProtocol
  readonly clusterIP: string
  readonly port: number
  readonly nodePort: number | undefined
  /** Session affinity by client address for this long; undefined: none. */
  readonly affinitySeconds: number | undefined
  readonly backends: readonly Backend[]
  /** internalTrafficPolicy Local, hints for nodes: the backends by node, for its clients. */
  readonly localBackends: ReadonlyMap<string, readonly Backend[]> | undefined
  /** Hints for zones: the backends by zone, for clients on nodes that have none of their own. */
  readonly zoneBackends: ReadonlyMap<string, readonly Backend[]> | undefined
  /** Clients on a node without backends reach none (the policy) rather than all (the preference). */
  readonly isLocalOnly: boolean
  /** externalTrafficPolicy Local: the same for what enters by the node's address. */
  readonly externalBackends: ReadonlyMap<string, readonly Backend[]> | undefined
}

/** Whether it matters on which node a client is. */
export function dependsOnClients({ localBackends, zoneBackends }: ServiceEntry): boolean {
  return localBackends !== undefined || zoneBackends !== undefined
}

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

/** Joins Services with their EndpointSlices, as kube-proxy does; headless and ExternalName Services have no entry. */
export function buildServiceTable(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): readonly ServiceEntry[] {
  return buildBackendTable(
    services.filter(({ spec }) => spec?.clusterIP !== 'None'),
    slices,
  )
}

/** The same with headless Services (their `clusterIP` is "None"): for those who choose a backend themselves. */
export function buildBackendTable(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): readonly ServiceEntry[] {
  const slicesByService = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    const service = slice.metadata.labels?.[SERVICE_NAME_LABEL]
    if (!service || slice.addressType !== 'IPv4') continue
    const key = `${slice.metadata.namespace}/${service}`
    const own = slicesByService.get(key)
    if (own) own.push(slice)
    else slicesByService.set(key, [slice])
  }
  return services
    .filter(({ spec }) => spec?.type !== 'ExternalName' && spec?.clusterIP)
    .flatMap((service) => {
      const own = slicesByService.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? []
      return (service.spec?.ports ?? []).map((port) => serviceEntry(service, port, own))
    })
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

function serviceEntry(service: Service, port: ServicePort, slices: readonly EndpointSlice[]): ServiceEntry {
  const protocol = (port.protocol ?? 'TCP').toLowerCase() as TransportProtocol
  const { namespace = '', name = '' } = service.metadata
  const spec = service.spec ?? {}
  const candidates = candidatesOf(port, slices)
  const isLocalOnly = spec.internalTrafficPolicy === 'Local'
  return {
    id: `${namespace}/${name}/${protocol}/${port.port}`,
    namespace,
    service: name,
    portName: port.name ?? '',
    protocol,
    clusterIP: spec.clusterIP as string,
    port: port.port,
    nodePort: spec.type === 'NodePort' || spec.type === 'LoadBalancer' ? port.nodePort || undefined : undefined,
    affinitySeconds:
      spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800) : undefined,
    backends: usable(candidates),
    localBackends: isLocalOnly ? byNode(candidates) : hinted(candidates, 'forNodes'),
    zoneBackends: isLocalOnly ? undefined : hinted(candidates, 'forZones'),
    isLocalOnly,
    externalBackends: spec.externalTrafficPolicy === 'Local' ? byNode(candidates) : undefined,
  }
}

interface Candidate {
  readonly endpoint: Endpoint
  readonly port: number
}

function candidatesOf(port: ServicePort, slices: readonly EndpointSlice[]): Candidate[] {
  return slices.flatMap((slice) =>
    (slice.ports ?? [])
      .filter(
        (each) => (each.name ?? '') === (port.name ?? '') && (each.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
      )
      .flatMap((each) => (slice.endpoints ?? []).map((endpoint) => ({ endpoint, port: each.port ?? port.port }))),
  )
}

/**
 * Ready endpoints; when there is none, those that are terminating but still serve, so that a Service whose last pods
 * shut down gracefully keeps answering. Conditions that are not set count as true.
 */
function usable(candidates: readonly Candidate[]): readonly Backend[] {
  const ready = candidates.filter(({ endpoint }) => endpoint.conditions?.ready ?? true)
  if (ready.length > 0) return backendsOf(ready)
  return backendsOf(
    candidates.filter(
      ({ endpoint }) => (endpoint.conditions?.serving ?? true) && (endpoint.conditions?.terminating ?? false),
    ),
  )
}

function byNode(candidates: readonly Candidate[]): ReadonlyMap<string, readonly Backend[]> {
  const nodes = Map.groupBy(
    candidates.filter(({ endpoint }) => endpoint.nodeName),
    ({ endpoint }) => endpoint.nodeName as string,
  )
  return new Map([...nodes].map(([node, own]) => [node, usable(own)]))
}

/**
 * The ready endpoints that are meant for a node or zone, by its name. Hints count only when every ready endpoint has
 * some, as for kube-proxy: while they change, no endpoint is left out.
 */
function hinted(
  candidates: readonly Candidate[],
  kind: 'forNodes' | 'forZones',
): ReadonlyMap<string, readonly Backend[]> | undefined {
  const ready = candidates.filter(({ endpoint }) => endpoint.conditions?.ready ?? true)
  const meant = ready.map((candidate) => ({ candidate, names: candidate.endpoint.hints?.[kind] ?? [] }))
  if (meant.length === 0 || meant.some(({ names }) => names.length === 0)) return undefined
  const byName = new Map<string, Candidate[]>()
  for (const { candidate, names } of meant)
    for (const { name } of names) byName.set(name, [...(byName.get(name) ?? []), candidate])
  return new Map([...byName].map(([name, own]) => [name, backendsOf(own)]))
}

/** Without duplicates (an endpoint may be in two slices for a moment) and in a stable order. */
function backendsOf(candidates: readonly Candidate[]): readonly Backend[] {
  const backends = new Map<string, Backend>()
  for (const { endpoint, port } of candidates) {
    const ip = endpoint.addresses[0]
    if (ip !== undefined) backends.set(`${ip}:${port}`, { ip, port })
  }
  return [...backends].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, backend]) => backend)
}
