import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Node, Pod, Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import { Emitter } from '../../../../shared/lang/emitter.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import { CatchUp } from '../catch-up.ts'
import { zoneOfNode } from './clients-by-node.ts'
import { buildServiceTable, dependsOnClients, type ServiceEntry } from './service-table.ts'

/** The read side of a cache of one resource: an informer, or objects made by hand. */
export interface ObjectSource<T extends KubeObject> {
  /** By "namespace/name". */
  get(key: string): T | undefined
  list(): readonly T[]
  /** A handler that comes late is first told of everything that is there. */
  onChange(handler: {
    added(object: T): void
    updated(before: T, after: T): void
    deleted(object: T): void
  }): Disposable
}

export interface ServiceProxyDeps {
  readonly services: ObjectSource<Service>
  readonly endpointSlices: ObjectSource<EndpointSlice>
  /** For internalTrafficPolicy Local; without them it counts as Cluster. */
  readonly pods?: ObjectSource<Pod> | undefined
  /** For hints for zones; without them they count for nobody. */
  readonly nodes?: ObjectSource<Node> | undefined
  readonly clock: Clock
  readonly logger: Logger
  /** Makes the gateway serve this table; called again until it succeeds. */
  readonly apply: (table: readonly ServiceEntry[]) => Promise<void>
}

/** A rolling update changes many slices at once: they become one change of the ruleset. */
const COALESCE_MS = 10

/** Keeps the gateway's table equal to the Services and EndpointSlices; one change at a time, always the newest. */
export class ServiceProxy implements Disposable {
  readonly #deps: ServiceProxyDeps
  readonly #disposables = new DisposableStore()
  readonly #applied = new Emitter<readonly ServiceEntry[]>()
  readonly #catchUp: CatchUp
  /** In the table that was applied last. */
  #needsClients = true

  /** Fires after the gateway has taken a table. */
  readonly onApplied = this.#applied.event

  constructor(deps: ServiceProxyDeps) {
    this.#deps = deps
    this.#catchUp = new CatchUp({ clock: deps.clock, coalesceMs: COALESCE_MS, apply: () => this.#apply() })
    const change = () => this.refresh()
    const handler = { added: change, updated: change, deleted: change }
    this.#disposables.add(deps.services.onChange(handler))
    this.#disposables.add(deps.endpointSlices.onChange(handler))
    if (deps.pods) this.#disposables.add(deps.pods.onChange(this.#podHandler()))
    if (deps.nodes) this.#disposables.add(deps.nodes.onChange(this.#nodeHandler()))
    this.refresh()
  }

  #podHandler() {
    return {
      added: this.#clientsChanged,
      deleted: this.#clientsChanged,
      updated: ({ status: before }: Pod, { status: after }: Pod) => {
        if (before?.podIP !== after?.podIP || before?.phase !== after?.phase) this.#clientsChanged()
      },
    }
  }

  #nodeHandler() {
    return {
      added: this.#clientsChanged,
      deleted: this.#clientsChanged,
      updated: (before: Node, after: Node) => {
        if (zoneOfNode(before) !== zoneOfNode(after)) this.#clientsChanged()
      },
    }
  }

  readonly #clientsChanged = () => {
    if (this.#needsClients) this.refresh()
  }

  /** Applies the table soon, whether or not it changed. */
  refresh(delayMs?: number): void {
    this.#catchUp.changed(delayMs)
  }

  dispose(): void {
    this.#catchUp.dispose()
    this.#disposables.dispose()
    this.#applied.dispose()
  }

  async #apply(): Promise<boolean> {
    try {
      const table = buildServiceTable(this.#deps.services.list(), this.#deps.endpointSlices.list())
      this.#needsClients = table.some(dependsOnClients)
      await this.#deps.apply(table)
      this.#applied.emit(table)
      return true
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'the gateway did not take the Service rules; trying again')
      return false
    }
  }
}
