/**
 * Services on the laptop.
 *  - NodePort and LoadBalancer ports listen on loopback, and only there.
 *  - A taken port never stops anything: another one is opened, and the Service says so (event, load balancer status)
 *    and keeps it over a restart (annotation).
 *  - UDP where it gets to the cluster; where not, the Service names no address and an event tells why.
 *  - Connections go to ready endpoints; what is open stays open until one side ends it.
 */
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import type { Client } from '../../client/client.ts'
import type { DialDatagrams } from '../cluster-network.ts'
import type { ObjectSource } from '../rules/service-proxy.ts'
import { buildBackendTable, type ServiceEntry } from '../rules/service-table.ts'
import { type ConnectDeps, connectBackend } from './connect-backend.ts'
import { answerHealthCheck } from './health-check.ts'
import { loadBalancerIngress, type Opened, offeredAnnotation, offeredPort, portConditions } from './laptop-ports.ts'
import { type Bind, LOOPBACK, type LoopbackListener, listenOnLoopback } from './loopback-listener.ts'
import { pipeStreams } from './pipe-streams.ts'
import { isBalancedHere, type PlannedListener, planListeners } from './plan-listeners.ts'
import { acceptTcp } from './tcp-listener.ts'
import { acceptUdp } from './udp-listener.ts'

export interface ServiceListenersDeps extends ConnectDeps {
  /** Undefined where no UDP gets from this machine to the cluster: through the relay. */
  readonly dialDatagrams?: DialDatagrams | undefined
  readonly clock: Clock
  readonly client: Client
  readonly services: ObjectSource<Service>
  readonly endpointSlices: ObjectSource<EndpointSlice>
  readonly events: { event(object: Service, type: 'Normal' | 'Warning', reason: string, message: string): void }
  readonly logger: Logger
}

interface OpenListener {
  planned: PlannedListener
  /** Undefined where nothing carries the protocol. */
  readonly listening: Promise<LoopbackListener | undefined>
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
      await this.#remember(service, opened)
      await this.#tellStatus(service, opened)
    } catch (error) {
      if (isApiError(error, 'NotFound')) return
      this.#deps.logger.warn(
        { err: error, service: objectKey(service) },
        'a Service is not reachable from this machine',
      )
    }
  }

  async #ensure(service: Service, planned: PlannedListener): Promise<Opened> {
    const open = this.#open.get(planned.key)
    if (open) {
      open.planned = planned
      return { planned, port: (await open.listening)?.port }
    }
    const bind = this.#bind(service, planned)
    const listening = bind && listenOnLoopback(planned.port, bind, offeredPort(service, planned))
    this.#open.set(planned.key, { planned, listening: listening ?? Promise.resolve(undefined) })
    const listener = await listening
    const { port } = planned
    const event = (reason: string, message: string) => this.#deps.events.event(service, 'Warning', reason, message)
    if (listener === undefined) {
      const what = planned.protocol.toUpperCase()
      event(
        'NotReachable',
        `${what} port ${port} has no address on this machine: no ${what} gets from it to the cluster`,
      )
    } else if (listener.refusal !== undefined) {
      const holder = this.#holderOf(planned)
      const refusal = holder === undefined ? listener.refusal : `is taken by Service ${holder}`
      event('PortTaken', `Port ${port} of this machine ${refusal}; using ${LOOPBACK}:${listener.port} instead`)
    }
    return { planned, port: listener?.port }
  }

  /** Another Service of this cluster that wants the same port and came first: "default/web". */
  #holderOf({ key, port, protocol }: PlannedListener): string | undefined {
    const same = [...this.#open.values()].find(
      ({ planned }) => planned.key !== key && planned.port === port && planned.protocol === protocol,
    )
    return same?.planned.key.split('/').slice(0, 2).join('/')
  }

  /** Undefined where nothing carries the protocol to the cluster. */
  #bind(service: Service, { key, protocol, entry }: PlannedListener): Bind | undefined {
    if (entry === undefined) {
      const health = createServer(answerHealthCheck(service, () => this.#deps.endpointSlices.list()))
      return acceptTcp((socket) => health.emit('connection', socket))
    }
    // The port of the Service behind it may change while it listens.
    const entryNow = () => this.entry(this.#open.get(key)?.planned.entry ?? entry)
    if (protocol === 'tcp') return acceptTcp((socket) => void this.#accept(socket, entryNow))
    const { dialDatagrams } = this.#deps
    return protocol === 'udp' && dialDatagrams ? acceptUdp(entryNow, { ...this.#deps, dialDatagrams }) : undefined
  }

  async #accept(socket: Socket, entryNow: () => ServiceEntry | undefined): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      const backend = await connectBackend(entryNow, this.#deps)
      if (socket.destroyed) backend.destroy()
      else pipeStreams(socket, backend)
    } catch (error) {
      this.#deps.logger.debug({ err: error, entry: entryNow()?.id }, 'no backend took a connection from this machine')
      socket.resetAndDestroy()
    }
  }

  async #remember(service: Service, opened: readonly Opened[]): Promise<void> {
    const annotations = offeredAnnotation(service, opened)
    if (annotations === undefined) return
    const { name = '', namespace } = service.metadata
    await this.#deps.client
      .resource(resources.services)
      .patch({ name, namespace }, { type: 'application/merge-patch+json', body: { metadata: { annotations } } })
  }

  /** Also takes the address back from a Service that is no LoadBalancer any more. */
  async #tellStatus(service: Service, opened: readonly Opened[]): Promise<void> {
    const before = service.status?.loadBalancer?.ingress ?? []
    const isBalanced = service.spec?.type === 'LoadBalancer'
    if (isBalanced && !isBalancedHere(service)) return
    const ingress = isBalanced ? loadBalancerIngress(opened) : []
    const now = timestamp(this.#deps.clock.now())
    const conditions = portConditions(service, opened, now)
    const sameConditions = JSON.stringify(service.status?.conditions ?? []) === JSON.stringify(conditions)
    const isTold = JSON.stringify(before) === JSON.stringify(ingress) && sameConditions
    if (service.metadata.deletionTimestamp || isTold) return
    const { name = '', namespace } = service.metadata
    const loadBalancer = { ingress: ingress.length > 0 ? ingress : null }
    const body = { status: { loadBalancer, ...(sameConditions ? {} : { conditions }) } }
    await this.#deps.client
      .resource(resources.services)
      .patch({ name, namespace }, { type: 'application/merge-patch+json', subresource: 'status', body })
  }

  #close(service: string, wanted: ReadonlySet<string>): void {
    for (const key of [...this.#open.keys()]) {
      if (key.startsWith(`${service}/`) && !wanted.has(key)) this.#drop(key)
    }
  }

  #drop(key: string): void {
    const open = this.#open.get(key)
    this.#open.delete(key)
    open?.listening.then((listener) => listener?.dispose()).catch(() => undefined)
  }
}
