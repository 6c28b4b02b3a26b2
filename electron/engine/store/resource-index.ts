import { type StoreEvent, storageKey } from './object-store.ts'
import type { Stored } from './stored-object.ts'

/** The objects of one resource: found by key at once, and kept in list order so that no list sorts. */
export class ResourceIndex {
  readonly #byKey = new Map<string, Stored>()
  /** In order, and at the same place in `#ordered` the object. */
  readonly #keys: string[] = []
  readonly #ordered: Stored[] = []

  get size(): number {
    return this.#keys.length
  }

  get(key: string): Stored | undefined {
    return this.#byKey.get(key)
  }

  put(stored: Stored): void {
    const key = storageKey(stored.key)
    const isKnown = this.#byKey.has(key)
    this.#byKey.set(key, stored)
    const at = this.#position(key)
    if (isKnown) this.#ordered[at] = stored
    else {
      this.#keys.splice(at, 0, key)
      this.#ordered.splice(at, 0, stored)
    }
  }

  delete(key: string): void {
    if (!this.#byKey.delete(key)) return
    const at = this.#position(key)
    this.#keys.splice(at, 1)
    this.#ordered.splice(at, 1)
  }

  list(namespace: string | undefined): Stored[] {
    if (namespace === undefined) return this.#ordered.slice()
    // "0" follows "/", so this is the range of all keys that begin with the namespace and "/".
    return this.#ordered.slice(this.#position(`${namespace}/`), this.#position(`${namespace}0`))
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

  #position(key: string): number {
    const last = this.#keys.at(-1)
    if (last === undefined || last < key) return this.#keys.length
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#keys[middle] as string) < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
