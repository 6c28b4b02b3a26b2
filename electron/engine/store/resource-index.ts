import { type StoreEvent, storageKey } from './object-store.ts'
import { OrderedKeys } from './ordered-keys.ts'
import type { Stored } from './stored-object.ts'

/** The objects of one resource: found by key at once, and their keys kept in list order so that no list sorts. */
export class ResourceIndex {
  readonly #byKey = new Map<string, Stored>()
  readonly #ordered = new OrderedKeys()

  get size(): number {
    return this.#byKey.size
  }

  get(key: string): Stored | undefined {
    return this.#byKey.get(key)
  }

  put(stored: Stored): void {
    const key = storageKey(stored.key)
    const size = this.#byKey.size
    this.#byKey.set(key, stored)
    if (this.#byKey.size > size) this.#ordered.add(key)
  }

  delete(key: string): void {
    if (this.#byKey.delete(key)) this.#ordered.delete(key)
  }

  list(namespace: string | undefined): Stored[] {
    // "0" follows "/", so this is the range of all keys that begin with the namespace and "/".
    const keys = namespace === undefined ? this.#ordered.range() : this.#ordered.range(`${namespace}/`, `${namespace}0`)
    return keys.map((key) => this.#byKey.get(key) as Stored)
  }

  /** The list as it was before `events`, which must be all of this resource's changes since, in order. */
  listBefore(events: readonly StoreEvent[], namespace: string | undefined): Stored[] {
    const before = new Map<string, Stored | undefined>()
    for (const event of events) {
      const key = storageKey(event.stored.key)
      if (!before.has(key)) before.set(key, event.previous as Stored | undefined)
    }
    const inScope = (stored: Stored | undefined) =>
      stored !== undefined && (namespace === undefined || stored.key.namespace === namespace)
    const entries = this.list(namespace)
      .map((stored) => ({ key: storageKey(stored.key), stored }))
      .filter((entry) => !before.has(entry.key))
    for (const [key, stored] of before) {
      if (inScope(stored)) entries.push({ key, stored: stored as Stored })
    }
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1)).map((entry) => entry.stored)
  }
}
