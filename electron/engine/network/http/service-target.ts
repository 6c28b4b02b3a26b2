import type { Service, ServicePort } from '../../../../shared/api/types/core-v1.ts'
import type { ServiceBackendPort } from '../../../../shared/api/types/networking-v1.ts'
import { dialInTime } from '../listeners/connect-backend.ts'
import type { ServiceListeners } from '../listeners/service-listeners.ts'
import type { ObjectSource } from '../rules/service-proxy.ts'
import { addressesElsewhere, type ExternalHosts } from './external-hosts.ts'
import type { Target } from './forward-request.ts'
import { PodConnection } from './pod-connection.ts'
import { type ReachDeps, type ReachedPod, reachPod } from './reach-pod.ts'

export interface ServiceTargetDeps extends ReachDeps {
  readonly services: ObjectSource<Service>
  readonly entries: Pick<ServiceListeners, 'entry'>
  readonly externalHosts: ExternalHosts
}

export interface ServiceName {
  readonly namespace: string
  readonly name: string
}

/** Of the Service's ports; "http": the one of that name, else 80, else the first TCP port. */
export type PortChoice = 'http' | ServiceBackendPort

type Destination = { readonly entryId: string } | { readonly host: string; readonly port: number }

/** Of Services that name one another: more are a circle. */
const MAX_NAMES = 4
const MAX_ADDRESSES = 3

/**
 * Where requests for a Service go; undefined when there is no such Service or port. An ExternalName is followed: within
 * the cluster to the Service that it names, else to that host, over plain HTTP and under the name that the client asked
 * for.
 */
export function serviceTarget(service: ServiceName, port: PortChoice, deps: ServiceTargetDeps): Target | undefined {
  const destination = destinationOf(service, port, deps)
  if (destination === undefined) return undefined
  return {
    reach: (how) =>
      'host' in destination
        ? reachHost(destination.host, destination.port, deps.externalHosts)
        : reachPod(() => deps.entries.entry(destination.entryId), how, deps),
    unreachable: ({ message }) => ({
      status: 503,
      message: `Service ${service.name} in namespace ${service.namespace}: ${message}`,
    }),
  }
}

function destinationOf(
  { namespace, name }: ServiceName,
  choice: PortChoice,
  deps: ServiceTargetDeps,
  followed = 0,
): Destination | undefined {
  const service = deps.services.get(`${namespace}/${name}`)
  const port = service && choosePort(service, choice)
  if (service?.spec?.type !== 'ExternalName') return port && { entryId: `${namespace}/${name}/tcp/${port.port}` }
  const { externalName = '' } = service.spec
  const named = serviceOf(externalName)
  if (named)
    return followed < MAX_NAMES
      ? destinationOf(named, port ? { number: port.port } : choice, deps, followed + 1)
      : undefined
  const number = port?.port ?? (choice === 'http' ? 80 : choice.number)
  return number === undefined ? undefined : { host: externalName, port: number }
}

/** The Service that a name of the cluster's own domain stands for: "db.prod.svc.cluster.local". */
function serviceOf(externalName: string): ServiceName | undefined {
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?\.?$/i.exec(externalName) ?? []
  return name && namespace ? { name: name.toLowerCase(), namespace: namespace.toLowerCase() } : undefined
}

function choosePort({ spec }: Service, choice: PortChoice): ServicePort | undefined {
  const ports = (spec?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP')
  if (choice === 'http')
    return ports.find(({ name }) => name === 'http') ?? ports.find(({ port }) => port === 80) ?? ports[0]
  return ports.find(({ port, name }) => port === choice.number || (choice.name !== undefined && name === choice.name))
}

/** The address that was looked at is the one that is dialled: a name could change in between. */
async function reachHost(host: string, port: number, hosts: ExternalHosts): Promise<ReachedPod> {
  let failure: unknown
  for (const address of (await addressesElsewhere(host, hosts)).slice(0, MAX_ADDRESSES)) {
    try {
      const connection = new PodConnection(await dialInTime(hosts.dial, address, port))
      return { connection, release: () => connection.destroy() }
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
