import type { Node, Pod, Service } from '../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../shared/api/types/discovery-v1.ts'
import type { Ingress, IngressClass } from '../../../shared/api/types/networking-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import { delay } from '../../../shared/lang/clock.ts'
import { type Disposable, DisposableStore, toDisposable } from '../../../shared/lang/disposable.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client } from '../client/client.ts'
import { startDns } from './dns/start-dns.ts'
import { externalHosts } from './http/external-hosts.ts'
import { startHttpFront } from './http/http-front.ts'
import { KeptConnections } from './http/kept-connections.ts'
import { type IngressFrontDeps, type IngressPorts, startIngressFront } from './ingress/ingress-front.ts'
import { type IngressStatusDeps, keepIngressStatus } from './ingress/ingress-status.ts'
import { ClientAffinity } from './listeners/client-affinity.ts'
import { ServiceListeners, type ServiceListenersDeps } from './listeners/service-listeners.ts'
import type { GatewayShare } from './policy/gateway-share.ts'
import type { ObjectSource } from './rules/service-proxy.ts'
import { tellUnserved } from './rules/tell-unserved.ts'
import type { RunningClusterNetwork } from './start-cluster-network.ts'

export interface ServicesDeps {
  readonly network: RunningClusterNetwork
  readonly client: Client
  readonly services: ObjectSource<Service>
  readonly endpointSlices: ObjectSource<EndpointSlice>
  readonly pods: ObjectSource<Pod>
  readonly nodes: ObjectSource<Node>
  /** What NetworkPolicies ask of the gateway, where they are enforced. */
  readonly policies: GatewayShare | undefined
  readonly events: ServiceListenersDeps['events'] & IngressStatusDeps['events']
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  readonly cluster: string
  /** Wanted for http://<service>.<namespace>.<cluster>.localhost; 0: any. */
  readonly httpPort: number
  /** Wanted for Ingresses; others are chosen where these are taken. */
  readonly ingressPorts: IngressPorts
  readonly ingresses: ObjectSource<Ingress>
  readonly ingressClasses: ObjectSource<IngressClass>
  readonly secrets: IngressFrontDeps['secrets']
  readonly certificate: IngressFrontDeps['certificate']
  /** Makes the DNS image and resolves with its name; may take minutes from a fresh checkout. */
  readonly dnsImage: () => Promise<string>
}

export interface RunningServices extends Disposable {
  /** Store it, so that addresses stay the same. */
  readonly httpPort: number
  readonly ingressPorts: IngressPorts
  /** Resolves when the DNS objects are in the API; never rejects: it tries until it is disposed. */
  readonly dns: Promise<void>
}

const RETRY_MS = 5000

/**
 * All that Services are, once the informers have their first list: rules in the gateway, listeners on the laptop, the
 * cluster's HTTP port, and DNS (which needs no waiting for: pods start without it).
 */
export async function startServices(deps: ServicesDeps): Promise<RunningServices> {
  const { network, services, cluster, random } = deps
  const disposables = new DisposableStore()
  const proxy = network.serve(deps)
  disposables.add(tellUnserved({ ...deps, proxy, serviceMode: () => network.serviceMode() }))
  const connecting = { dial: network.dial, random, affinity: new ClientAffinity(deps.clock) }
  const listeners = disposables.add(
    new ServiceListeners({ ...deps, ...connecting, dialDatagrams: network.dialDatagrams }),
  )
  const reaching = {
    ...connecting,
    kept: disposables.add(new KeptConnections({ ...deps, entries: listeners })),
    externalHosts,
  }
  const front = await startHttpFront(deps.httpPort, { cluster, services, entries: listeners, ...reaching })
  disposables.add(front)
  const ingress = disposables.add(
    await startIngressFront(deps.ingressPorts, { ...deps, ...reaching, entries: listeners }),
  )
  disposables.add(keepIngressStatus(ingress.ports, deps))
  const stop = new AbortController()
  disposables.add(toDisposable(() => stop.abort(new Error('the cluster stops'))))
  return {
    httpPort: front.port,
    ingressPorts: ingress.ports,
    dns: keepStartingDns(deps, stop.signal),
    dispose: () => disposables.dispose(),
  }
}

async function keepStartingDns({ client, network, dnsImage, clock, logger }: ServicesDeps, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      const image = await dnsImage()
      signal.throwIfAborted()
      await startDns(client, { image, serviceIP: network.dnsServiceIP })
      return
    } catch (error) {
      if (signal.aborted) return
      logger.warn({ err: error }, 'cluster DNS could not be started; trying again')
      await delay(clock, RETRY_MS, signal).catch(() => undefined)
    }
  }
}
