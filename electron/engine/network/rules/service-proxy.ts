import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Pod, Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import { Emitter } from '../../../../shared/lang/emitter.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import { CatchUp } from '../catch-up.ts'
import { needsClients } from './clients-by-node.ts'
import { buildServiceTable, type ServiceEntry } from './service-table.ts'

/** The read side of a cache of one resource: an informer, or objects made by hand. */
export interface ObjectSource<T extends KubeObject> {
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
    this.refresh()
  }

  #podHandler() {
    const change = () => {
      if (needsClients(this.#deps.services.list())) this.refresh()
    }
    return {
      added: change,
      deleted: change,
      updated: (before: Pod, after: Pod) => {
        if (before.status?.podIP !== after.status?.podIP || before.status?.phase !== after.status?.phase) change()
      },
    }
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
      await this.#deps.apply(table)
      this.#applied.emit(table)
      return true
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'the gateway did not take the Service rules; trying again')
      return false
    }
  }
}
