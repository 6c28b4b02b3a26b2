import { type StoreEvent, storageKey } from './object-store.ts'
import type { Stored } from './stored-object.ts'

interface Entry {
  readonly key: string
  stored: Stored
}

/** The objects of one resource: found by key at once, and kept in list order so that no list sorts. */
export class ResourceIndex {
  readonly #byKey = new Map<string, Entry>()
  readonly #ordered: Entry[] = []

  get size(): number {
    return this.#byKey.size
  }

  get(key: string): Stored | undefined {
    return this.#byKey.get(key)?.stored
  }

  put(stored: Stored): void {
    const key = storageKey(stored.key)
    const known = this.#byKey.get(key)
    if (known) {
      known.stored = stored
      return
    }
    const entry = { key, stored }
    this.#byKey.set(key, entry)
    const last = this.#ordered.at(-1)
    if (last === undefined || last.key < key) this.#ordered.push(entry)
    else this.#ordered.splice(this.#position(key), 0, entry)
  }

  delete(key: string): void {
    if (this.#byKey.delete(key)) this.#ordered.splice(this.#position(key), 1)
  }

  list(namespace: string | undefined): Stored[] {
    if (namespace === undefined) return this.#ordered.map((entry) => entry.stored)
    const prefix = `${namespace}/`
    const items: Stored[] = []
    for (let at = this.#position(prefix); this.#ordered[at]?.key.startsWith(prefix); at++) {
      items.push((this.#ordered[at] as Entry).stored)
    }
    return items
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
    let low = 0
    let high = this.#ordered.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ordered[middle] as Entry).key < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
