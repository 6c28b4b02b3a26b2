import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Service, ServicePort, ServiceSpec } from '../../../../shared/api/types/core-v1.ts'
import type { ObjectStore } from '../../store/object-store.ts'
import { newInternalError, newInvalid } from '../machinery/api-errors.ts'
import { invalid } from '../machinery/field-error.ts'
import type { ServiceRange } from './service-range.ts'

const FIRST_NODE_PORT = 30000
const LAST_NODE_PORT = 32767
const SERVICE_KIND = { group: '', kind: 'Service' }

/**
 * Service addresses and node ports.
 * - Never twice: what is taken is taken in the same step that accepts the write, before it is durable.
 * - The store is the truth: what is taken is read from it at the start and freed when a Service is seen to change.
 */
export interface ServiceAllocator {
  /** Fills in what the Service needs; `old` keeps what it had. Answers how to give back what was newly taken. */
  allocate(service: Service, old: Service | undefined): () => void
}

export function createServiceAllocator(store: ObjectStore, range: ServiceRange): ServiceAllocator {
  const addresses = new Map<string, string>()
  const nodePorts = new Map<string, string>()
  const take = (uid: string, service: Service) => {
    for (const address of service.spec?.clusterIPs ?? []) if (address !== 'None') addresses.set(address, uid)
    for (const port of nodePortsOf(service)) nodePorts.set(port, uid)
  }
  const listed = store.list('services')
  for (const { object } of listed.items) take(object.metadata.uid as string, object as Service)
  store.watch({ resource: 'services' }, listed.revision, (events) => {
    for (const { type, stored, previous } of events) {
      const uid = stored.object.metadata.uid as string
      if (previous) free(previous.object as Service, uid, { addresses, nodePorts })
      if (type !== 'DELETED') take(uid, stored.object as Service)
    }
  })
  return {
    allocate(service, old) {
      const { spec, metadata } = service
      const taken = { addresses: [] as string[], nodePorts: [] as string[] }
      const giveBack = () => {
        for (const address of taken.addresses) addresses.delete(address)
        for (const port of taken.nodePorts) nodePorts.delete(port)
      }
      if (!spec) return giveBack
      const owner = metadata.uid as string
      try {
        if (spec.type === 'ExternalName') clearAddresses(spec)
        else {
          keepOld(spec, old?.spec)
          fillFamilies(spec)
          if (spec.clusterIP !== 'None') taken.addresses.push(...takeAddress({ addresses, range, owner }, service))
        }
        taken.nodePorts.push(...takeNodePorts({ nodePorts, owner }, spec, old?.spec))
      } catch (error) {
        giveBack()
        throw error
      }
      return giveBack
    },
  }
}

function free(
  service: Service,
  uid: string,
  { addresses, nodePorts }: { addresses: Map<string, string>; nodePorts: Map<string, string> },
): void {
  for (const address of service.spec?.clusterIPs ?? []) if (addresses.get(address) === uid) addresses.delete(address)
  for (const port of nodePortsOf(service)) if (nodePorts.get(port) === uid) nodePorts.delete(port)
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

function takeAddress(
  { addresses, range, owner }: { addresses: Map<string, string>; range: ServiceRange; owner: string },
  service: Service,
): string[] {
  const spec = service.spec as ServiceSpec
  if (spec.clusterIP) {
    const wanted = spec.clusterIP
    if (addresses.get(wanted) === owner) return []
    const refuse = (why: string) =>
      newInvalid(SERVICE_KIND, service.metadata.name ?? '', [
        invalid('spec.clusterIPs', spec.clusterIPs ?? [wanted], `failed to allocate IP ${wanted}: ${why}`),
      ])
    if (range.offset(wanted) === undefined) {
      throw refuse(`the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${range.cidr}`)
    }
    if (addresses.has(wanted)) throw refuse('provided IP is already allocated')
    addresses.set(wanted, owner)
    return [wanted]
  }
  const address = freeAddress(addresses, range)
  addresses.set(address, owner)
  spec.clusterIP = address
  spec.clusterIPs = [address]
  return [address]
}

/** The lower part of the range is left to Services that name their address, as in Kubernetes. */
function freeAddress(addresses: ReadonlyMap<string, string>, range: ServiceRange): string {
  const reserved = range.size <= 16 ? 0 : Math.min(256, Math.max(16, Math.floor(range.size / 16)))
  for (let step = 0; step < range.size; step++) {
    const offset = ((reserved + step) % range.size) + 1
    const address = range.address(offset)
    if (!addresses.has(address)) return address
  }
  throw newInternalError('failed to allocate a serviceIP: range is full')
}

function takeNodePorts(
  { nodePorts, owner }: { nodePorts: Map<string, string>; owner: string },
  spec: ServiceSpec,
  old: ServiceSpec | undefined,
): string[] {
  const wants =
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  const taken: string[] = []
  const claim = (port: ServicePort) => {
    const key = portKey(port)
    const holder = nodePorts.get(key)
    if (holder === owner) return
    if (holder !== undefined) {
      throw newInvalid(SERVICE_KIND, '', [
        invalid('spec.ports[0].nodePort', port.nodePort, 'provided port is already allocated'),
      ])
    }
    nodePorts.set(key, owner)
    taken.push(key)
  }
  for (const port of spec.ports ?? []) {
    const before = old?.ports?.find((other) => other.port === port.port && other.protocol === port.protocol)
    if (wants && !port.nodePort && before?.nodePort) port.nodePort = before.nodePort
    if (port.nodePort) claim(port)
    else if (wants) {
      port.nodePort = freeNodePort(nodePorts, port.protocol ?? 'TCP')
      claim(port)
    }
  }
  if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local' && !spec.healthCheckNodePort) {
    spec.healthCheckNodePort = old?.healthCheckNodePort ?? freeNodePort(nodePorts, 'TCP')
    claim({ port: 0, protocol: 'TCP', nodePort: spec.healthCheckNodePort })
  }
  return taken
}

function freeNodePort(nodePorts: ReadonlyMap<string, string>, protocol: string): number {
  // The first 86 ports are for Services that name theirs.
  for (let port = FIRST_NODE_PORT + 86; port <= LAST_NODE_PORT; port++)
    if (!nodePorts.has(`${protocol}/${port}`)) return port
  for (let port = FIRST_NODE_PORT; port < FIRST_NODE_PORT + 86; port++)
    if (!nodePorts.has(`${protocol}/${port}`)) return port
  throw newInternalError('failed to allocate a nodePort: range is full')
}

export function isService(object: KubeObject): object is Service {
  return object.kind === 'Service' && object.apiVersion === 'v1'
}
