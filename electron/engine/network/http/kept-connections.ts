/**
 * Connections to pods that have answered and wait for the next request.
 *  - Of a backend in rotation: when it leaves, they are closed.
 *  - Not for long: servers close idle connections themselves, the soonest of the common ones after 2 s.
 *  - Bounded: what is too much is closed instead of kept.
 */

import type { Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import { isSame } from '../listeners/client-affinity.ts'
import type { ServiceListeners } from '../listeners/service-listeners.ts'
import type { ObjectSource } from '../rules/service-proxy.ts'
import type { Backend } from '../rules/service-table.ts'
import type { PodConnection } from './pod-connection.ts'

export interface KeptConnectionsDeps {
  /** Of the informers as they are now. */
  readonly entries: Pick<ServiceListeners, 'entry'>
  readonly services: ObjectSource<Service>
  readonly endpointSlices: ObjectSource<EndpointSlice>
  readonly clock: Clock
}

interface Place {
  readonly entryId: string
  readonly backend: Backend
  /** The last is the one that was used last. */
  readonly idle: { readonly connection: PodConnection; readonly sinceMs: number }[]
}

const IDLE_MS = 1500
/** Many slices change at once. None of a backend that has left is used meanwhile: requests choose among the present. */
const COALESCE_MS = 10
const MAX_PER_BACKEND = 64

export class KeptConnections implements Disposable {
  readonly #deps: KeptConnectionsDeps
  readonly #places = new Map<string, Place>()
  readonly #disposables = new DisposableStore()
  #check: Disposable | undefined
  #sweep: Disposable | undefined
  #isDisposed = false

  constructor(deps: KeptConnectionsDeps) {
    this.#deps = deps
    const changed = () => {
      if (this.#places.size > 0) this.#check ??= deps.clock.after(COALESCE_MS, () => this.#dropGone())
    }
    const handler = { added: changed, updated: changed, deleted: changed }
    this.#disposables.add(deps.endpointSlices.onChange(handler))
    this.#disposables.add(deps.services.onChange(handler))
  }

  take(entryId: string, backend: Backend): PodConnection | undefined {
    const idle = this.#places.get(keyOf(entryId, backend))?.idle ?? []
    const oldestMs = this.#deps.clock.monotonicMs() - IDLE_MS
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.connection.isIdle && last.sinceMs > oldestMs) return last.connection
      last.connection.destroy()
    }
    return undefined
  }

  /** Of a connection whose exchange is over: it is kept, or closed where it can't be used again. */
  keep(entryId: string, backend: Backend, connection: PodConnection): void {
    const key = keyOf(entryId, backend)
    const place = this.#places.get(key) ?? { entryId, backend, idle: [] }
    const mayStay = connection.isIdle && !this.#isDisposed && place.idle.length < MAX_PER_BACKEND
    if (!mayStay || !this.#isInRotation(place)) {
      connection.destroy()
      return
    }
    this.#places.set(key, place)
    place.idle.push({ connection, sinceMs: this.#deps.clock.monotonicMs() })
    this.#sweep ??= this.#deps.clock.after(IDLE_MS, () => this.#dropOld())
  }

  dispose(): void {
    this.#isDisposed = true
    this.#disposables.dispose()
    this.#check?.dispose()
    this.#sweep?.dispose()
    for (const [key, place] of this.#places) this.#drop(key, place)
  }

  #isInRotation({ entryId, backend }: Place): boolean {
    return this.#deps.entries.entry(entryId)?.backends.some((each) => isSame(each, backend)) ?? false
  }

  #dropGone(): void {
    this.#check = undefined
    for (const [key, place] of this.#places) if (!this.#isInRotation(place)) this.#drop(key, place)
  }

  #drop(key: string, { idle }: Place): void {
    this.#places.delete(key)
    for (const { connection } of idle) connection.destroy()
  }

  #dropOld(): void {
    this.#sweep = undefined
    const oldestMs = this.#deps.clock.monotonicMs() - IDLE_MS
    for (const [key, place] of this.#places) {
      const firstToStay = place.idle.findIndex(({ connection, sinceMs }) => sinceMs > oldestMs && connection.isIdle)
      const old = place.idle.splice(0, firstToStay === -1 ? place.idle.length : firstToStay)
      for (const { connection } of old) connection.destroy()
      if (place.idle.length === 0) this.#places.delete(key)
    }
    if (this.#places.size > 0) this.#sweep = this.#deps.clock.after(IDLE_MS, () => this.#dropOld())
  }
}

function keyOf(entryId: string, { ip, port }: Backend): string {
  return `${entryId} ${ip}:${port}`
}
