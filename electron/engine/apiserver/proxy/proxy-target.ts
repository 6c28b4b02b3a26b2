import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Node, Pod, Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import { newBadRequest, newNotFound, newServiceUnavailable } from '../machinery/api-errors.ts'
import type { Call, ServerContext } from '../registry/server-context.ts'

/** Where a proxied request goes in the cluster network. */
export interface ProxyTarget {
  readonly address: string
  readonly port: number
  readonly tls: boolean
}

interface Named {
  readonly scheme: string
  readonly name: string
  readonly port: string
}

/** Resolves "[scheme:]name[:port]" of a pod or a Service to an address. */
export function proxyTarget(context: ServerContext, call: Call): ProxyTarget {
  const named = parseName(call)
  const { resource, namespace } = call
  const found = context.store.get({ resource: resource.storageKey, namespace, name: named.name })
  if (found === undefined) throw newNotFound(resource, named.name)
  return resource.storageKey === 'pods'
    ? podTarget(found.object, named)
    : serviceTarget(context, call, found.object, named)
}

/** The node that a node proxy asks for. */
export function proxiedNode(context: ServerContext, call: Call): Node {
  const { name } = parseName(call)
  const found = context.store.get({ resource: 'nodes', namespace: '', name })
  if (found === undefined) throw newNotFound(call.resource, name)
  return found.object as Node
}

function parseName({ name, resource }: Call): Named {
  const parts = name.split(':')
  const refuse = () => newBadRequest(`invalid ${resource.singular} request ${JSON.stringify(name)}`)
  if (parts.length > 3) throw refuse()
  const [scheme, id, port] = parts.length === 3 ? parts : ['', ...parts]
  if (!id || (scheme !== '' && scheme !== 'http' && scheme !== 'https')) throw refuse()
  return { scheme: scheme ?? '', name: id, port: port ?? '' }
}

function podTarget(object: KubeObject, { scheme, port }: Named): ProxyTarget {
  const { spec, status } = object as Pod
  const tls = scheme === 'https'
  const address = status?.podIP
  if (!address) throw newServiceUnavailable('error trying to reach service: address not allowed')
  const first = spec?.containers.flatMap(({ ports }) => ports ?? [])[0]?.containerPort
  const number = port === '' ? (first ?? (tls ? 443 : 80)) : portNumber(port)
  if (number === undefined)
    throw newServiceUnavailable(`error trying to reach service: unknown port ${JSON.stringify(port)}`)
  return { address, port: number, tls }
}

function serviceTarget(
  context: ServerContext,
  call: Call,
  object: KubeObject,
  { scheme, name, port }: Named,
): ProxyTarget {
  const portName = servicePortName(object as Service, port)
  const addresses = context.store
    .list('endpointslices.discovery.k8s.io', { namespace: call.namespace })
    .items.map((item) => item.object as EndpointSlice)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => readyAddresses(slice, portName))
  const chosen = addresses[Math.floor(context.random.number() * addresses.length)]
  if (chosen === undefined)
    throw newServiceUnavailable(`no endpoints available for service ${JSON.stringify(call.name)}`)
  return { ...chosen, tls: scheme === 'https' }
}

/** Endpoints name their ports as the Service does. */
function servicePortName({ spec, metadata }: Service, port: string): string {
  const ports = spec?.ports ?? []
  if (port === '') return ports.length === 1 ? (ports[0]?.name ?? '') : ''
  const number = portNumber(port)
  if (number === undefined) return port
  const found = ports.find((candidate) => candidate.port === number)
  if (found) return found.name ?? ''
  throw newServiceUnavailable(`no service port ${number} found for service ${JSON.stringify(metadata.name)}`)
}

function readyAddresses({ endpoints, ports }: EndpointSlice, portName: string): { address: string; port: number }[] {
  const port = ports?.find(({ name }) => (name ?? '') === portName)?.port
  if (port === undefined) return []
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ addresses }) => ({ address: addresses[0] as string, port }))
}

function portNumber(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65536 ? Number(text) : undefined
}
