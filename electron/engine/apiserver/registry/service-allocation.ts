import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Service, ServicePort, ServiceSpec } from '../../../../shared/api/types/core-v1.ts'
import type { ObjectStore } from '../../store/object-store.ts'
import { newInternalError, newInvalid } from '../machinery/api-errors.ts'
import { invalid } from '../machinery/field-error.ts'
import { ClaimedNames, type Claims } from './claims.ts'
import type { ServiceRange } from './service-range.ts'

const FIRST_NODE_PORT = 30000
const LAST_NODE_PORT = 32767
/** The first ports are left to Services that name theirs, as in Kubernetes. */
const NAMED_NODE_PORTS = 86
const SERVICE_KIND = { group: '', kind: 'Service' }

/**
 * Service addresses and node ports.
 * - Never twice: what is taken is taken in the same step that accepts the write, before it is durable.
 * - Never lost: the store is the truth, and a write that is refused, fails or was a trial lets go of what it took.
 */
export interface ServiceAllocator {
  /**
   * Fills in what the Service needs; `old` keeps what it had. `claims` hold it until the store shows it. A trial does not
   * ask whether a named node port is one of the range, as Kubernetes' does not.
   */
  allocate(service: Service, old: Service | undefined, claims: Claims, call: { readonly dryRun: boolean }): void
}

/** One allocation under way. */
interface Allocation {
  readonly taken: Taken
  readonly range: ServiceRange
  readonly owner: string
  readonly claims: Claims
  readonly dryRun: boolean
}

interface Taken {
  readonly addresses: ClaimedNames
  readonly nodePorts: ClaimedNames
}

export function createServiceAllocator(store: ObjectStore, range: ServiceRange): ServiceAllocator {
  const taken: Taken = { addresses: new ClaimedNames(), nodePorts: new ClaimedNames() }
  const listed = store.list('services')
  for (const { object } of listed.items) keep(object as Service, taken)
  store.watch({ resource: 'services' }, listed.revision, (events) => {
    for (const { type, stored, previous } of events) {
      if (previous) free(previous.object as Service, taken)
      if (type === 'DELETED') free(stored.object as Service, taken)
      else keep(stored.object as Service, taken)
    }
  })
  return {
    allocate(service, old, claims, { dryRun }) {
      const { spec, metadata } = service
      if (!spec) return
      const allocation = { taken, range, owner: metadata.uid as string, claims, dryRun }
      if (spec.type === 'ExternalName') clearAddresses(spec)
      else {
        keepOld(spec, old?.spec)
        fillFamilies(spec)
        if (spec.clusterIP !== 'None') takeAddress(allocation, service)
      }
      takeNodePorts(allocation, service, old?.spec)
    },
  }
}

function keep(service: Service, { addresses, nodePorts }: Taken): void {
  const owner = service.metadata.uid as string
  for (const address of addressesOf(service)) addresses.stored(address, owner)
  for (const port of nodePortsOf(service)) nodePorts.stored(port, owner)
}

function free(service: Service, { addresses, nodePorts }: Taken): void {
  const owner = service.metadata.uid as string
  for (const address of addressesOf(service)) addresses.removed(address, owner)
  for (const port of nodePortsOf(service)) nodePorts.removed(port, owner)
}

function addressesOf({ spec }: Service): string[] {
  return (spec?.clusterIPs ?? []).filter((address) => address !== 'None')
}

function nodePortsOf({ spec }: Service): string[] {
  const ports = (spec?.ports ?? []).filter(({ nodePort }) => nodePort).map(portKey)
  return spec?.healthCheckNodePort ? [...ports, `TCP/${spec.healthCheckNodePort}`] : ports
}

function portKey({ protocol, nodePort }: ServicePort): string {
  return `${protocol ?? 'TCP'}/${nodePort}`
}

function clearAddresses(spec: ServiceSpec): void {
  delete spec.clusterIPs
  delete spec.ipFamilies
  delete spec.ipFamilyPolicy
}

/** An update that leaves addresses out keeps them. */
function keepOld(spec: ServiceSpec, old: ServiceSpec | undefined): void {
  if (!old || old.type === 'ExternalName') return
  if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP
  if (!spec.clusterIPs?.length && old.clusterIPs && spec.clusterIP === old.clusterIP)
    spec.clusterIPs = [...old.clusterIPs]
  if (!spec.ipFamilies?.length && old.ipFamilies) spec.ipFamilies = [...old.ipFamilies]
  if (!spec.ipFamilyPolicy && old.ipFamilyPolicy) spec.ipFamilyPolicy = old.ipFamilyPolicy
}

/** One family, IPv4, for now. */
function fillFamilies(spec: ServiceSpec): void {
  spec.ipFamilyPolicy ??= 'SingleStack'
  if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4']
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
  else if (!spec.clusterIP && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0]
}

function takeAddress({ taken: { addresses }, range, owner, claims }: Allocation, service: Service): void {
  const spec = service.spec as ServiceSpec
  const wanted = spec.clusterIP
  if (!wanted) {
    const address = freeAddress(addresses, range)
    addresses.claim(address, owner, claims)
    spec.clusterIP = address
    spec.clusterIPs = [address]
    return
  }
  const refuse = (why: string) =>
    newInvalid(SERVICE_KIND, service.metadata.name ?? '', [
      invalid('spec.clusterIPs', spec.clusterIPs ?? [wanted], `failed to allocate IP ${wanted}: ${why}`),
    ])
  const holder = addresses.ownerOf(wanted)
  if (holder !== owner) {
    if (range.offset(wanted) === undefined) {
      throw refuse(`the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${range.cidr}`)
    }
    if (holder !== undefined) throw refuse('provided IP is already allocated')
  }
  addresses.claim(wanted, owner, claims)
}

/** The lower part of the range is left to Services that name their address, as in Kubernetes. */
function freeAddress(addresses: ClaimedNames, range: ServiceRange): string {
  const reserved = range.size <= 16 ? 0 : Math.min(256, Math.max(16, Math.floor(range.size / 16)))
  for (let step = 0; step < range.size; step++) {
    const offset = ((reserved + step) % range.size) + 1
    const address = range.address(offset)
    if (addresses.ownerOf(address) === undefined) return address
  }
  throw newInternalError('failed to allocate a serviceIP: range is full')
}

function takeNodePorts(allocation: Allocation, service: Service, old: ServiceSpec | undefined): void {
  const spec = service.spec as ServiceSpec
  const wants =
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  const { nodePorts } = allocation.taken
  const claim = (port: ServicePort, field: string) => claimPort(allocation, service, { port, field })
  // Ports that are named go first: none of them is given to another port of the same Service.
  for (const [at, port] of (spec.ports ?? []).entries()) {
    const before = old?.ports?.find((other) => other.port === port.port && other.protocol === port.protocol)
    if (wants && !port.nodePort && before?.nodePort) port.nodePort = before.nodePort
    if (port.nodePort) claim(port, `spec.ports[${at}].nodePort`)
  }
  for (const [at, port] of (spec.ports ?? []).entries()) {
    if (!wants || port.nodePort) continue
    port.nodePort = freeNodePort(nodePorts, port.protocol ?? 'TCP')
    claim(port, `spec.ports[${at}].nodePort`)
  }
  const checked = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
  if (checked) spec.healthCheckNodePort ||= old?.healthCheckNodePort || freeNodePort(nodePorts, 'TCP')
  if (spec.healthCheckNodePort) {
    claim({ port: 0, protocol: 'TCP', nodePort: spec.healthCheckNodePort }, 'spec.healthCheckNodePort')
  }
}

function claimPort(
  { taken: { nodePorts }, owner, claims, dryRun }: Allocation,
  service: Service,
  { port, field }: { port: ServicePort; field: string },
): void {
  const key = portKey(port)
  const holder = nodePorts.ownerOf(key)
  const refuse = (why: string) =>
    newInvalid(SERVICE_KIND, service.metadata.name ?? '', [invalid(field, port.nodePort, why)])
  const number = port.nodePort ?? 0
  if (holder === undefined && !dryRun && (number < FIRST_NODE_PORT || number > LAST_NODE_PORT)) {
    const range = `${FIRST_NODE_PORT}-${LAST_NODE_PORT}`
    throw refuse(`provided port is not in the valid range. The range of valid ports is ${range}`)
  }
  if (holder !== undefined && holder !== owner) throw refuse('provided port is already allocated')
  nodePorts.claim(key, owner, claims)
}

function freeNodePort(nodePorts: ClaimedNames, protocol: string): number {
  const free = (port: number) => nodePorts.ownerOf(`${protocol}/${port}`) === undefined
  const count = LAST_NODE_PORT - FIRST_NODE_PORT + 1
  for (let step = 0; step < count; step++) {
    const port = FIRST_NODE_PORT + ((NAMED_NODE_PORTS + step) % count)
    if (free(port)) return port
  }
  throw newInternalError('failed to allocate a nodePort: range is full')
}

export function isService(object: KubeObject): object is Service {
  return object.kind === 'Service' && object.apiVersion === 'v1'
}
