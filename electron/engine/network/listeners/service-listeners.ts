/**
 * Services on the laptop.
 *  - NodePort and LoadBalancer ports listen on loopback, and only there.
 *  - A taken port never stops anything: another one is opened, and the Service says so (event, load balancer status).
 *  - Connections go to ready endpoints; what is open stays open until one side ends it.
 */
import type { Socket } from 'node:net'
import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import type { LoadBalancerIngress, Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import type { Client } from '../../client/client.ts'
import type { ObjectSource } from '../rules/service-proxy.ts'
import { buildBackendTable, type ServiceEntry } from '../rules/service-table.ts'
import { type ConnectDeps, connectBackend } from './connect-backend.ts'
import { type LoopbackListener, listenOnLoopback } from './loopback-listener.ts'
import { pipeStreams } from './pipe-streams.ts'
import { type PlannedListener, planListeners } from './plan-listeners.ts'

export interface ServiceListenersDeps extends ConnectDeps {
  readonly client: Client
  readonly services: ObjectSource<Service>
  readonly endpointSlices: ObjectSource<EndpointSlice>
  readonly events: { event(object: Service, type: 'Normal' | 'Warning', reason: string, message: string): void }
  readonly logger: Logger
}

interface OpenListener {
  readonly planned: PlannedListener
  readonly listening: Promise<LoopbackListener>
}

export class ServiceListeners implements Disposable {
  readonly #deps: ServiceListenersDeps
  readonly #open = new Map<string, OpenListener>()
  readonly #disposables = new DisposableStore()
  #table: ReadonlyMap<string, ServiceEntry> | undefined

  constructor(deps: ServiceListenersDeps) {
    this.#deps = deps
    const stale = () => {
      this.#table = undefined
    }
    const changed = (service: Service) => {
      stale()
      void this.#reconcile(service)
    }
    this.#disposables.add(deps.endpointSlices.onChange({ added: stale, updated: stale, deleted: stale }))
    this.#disposables.add(
      deps.services.onChange({
        added: changed,
        updated: (_, after) => changed(after),
        deleted: (service) => {
          stale()
          this.#close(objectKey(service), new Set())
        },
      }),
    )
  }

  /** The entry of the service table as the informers have it now: no older than what the gateway serves. */
  entry(id: string): ServiceEntry | undefined {
    this.#table ??= new Map(
      buildBackendTable(this.#deps.services.list(), this.#deps.endpointSlices.list()).map((each) => [each.id, each]),
    )
    return this.#table.get(id)
  }

  dispose(): void {
    this.#disposables.dispose()
    for (const key of [...this.#open.keys()]) this.#drop(key)
  }

  async #reconcile(service: Service): Promise<void> {
    const planned = planListeners(service)
    this.#close(objectKey(service), new Set(planned.map(({ key }) => key)))
    try {
      const opened = await Promise.all(planned.map((each) => this.#ensure(service, each)))
      if (service.spec?.type === 'LoadBalancer') await this.#tellStatus(service, planned, opened)
    } catch (error) {
      this.#deps.logger.warn(
        { err: error, service: objectKey(service) },
        'a Service is not reachable from this machine',
      )
    }
  }

  async #ensure(service: Service, planned: PlannedListener): Promise<LoopbackListener> {
    const open = this.#open.get(planned.key)
    if (open) return open.listening
    const listening = listenOnLoopback(planned.port, (socket) => void this.#accept(socket, planned.entry))
    this.#open.set(planned.key, { planned, listening })
    const listener = await listening
    if (listener.refusal !== undefined) {
      const message = `Port ${planned.port} of this machine is ${listener.refusal}; using 127.0.0.1:${listener.port} instead`
      this.#deps.events.event(service, 'Warning', 'PortTaken', message)
    }
    return listener
  }

  async #accept(socket: Socket, entry: string): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      const backend = await connectBackend(() => this.entry(entry), this.#deps)
      if (socket.destroyed) backend.destroy()
      else pipeStreams(socket, backend)
    } catch (error) {
      this.#deps.logger.debug({ err: error, entry }, 'no backend took a connection from this machine')
      socket.resetAndDestroy()
    }
  }

  async #tellStatus(
    service: Service,
    planned: readonly PlannedListener[],
    opened: readonly LoopbackListener[],
  ): Promise<void> {
    const ports = planned.flatMap(({ loadBalancer, port }, index) => {
      const listener = opened[index]
      if (!loadBalancer || !listener) return []
      return [{ port: listener.port, protocol: 'TCP', ...(listener.port === port ? {} : { error: 'PortTaken' }) }]
    })
    const moved = ports.some(({ error }) => error !== undefined)
    const ingress: LoadBalancerIngress[] = [{ ip: '127.0.0.1', ipMode: 'Proxy', ...(moved ? { ports } : {}) }]
    if (JSON.stringify(service.status?.loadBalancer?.ingress) === JSON.stringify(ingress)) return
    const { name = '', namespace } = service.metadata
    await this.#deps.client.resource(resources.services).patch(
      { name, namespace },
      {
        type: 'application/merge-patch+json',
        subresource: 'status',
        body: { status: { loadBalancer: { ingress } } },
      },
    )
  }

  #close(service: string, wanted: ReadonlySet<string>): void {
    for (const key of [...this.#open.keys()]) {
      if (key.startsWith(`${service}/`) && !wanted.has(key)) this.#drop(key)
    }
  }

  #drop(key: string): void {
    const open = this.#open.get(key)
    this.#open.delete(key)
    open?.listening.then((listener) => listener.dispose()).catch(() => undefined)
  }
}
