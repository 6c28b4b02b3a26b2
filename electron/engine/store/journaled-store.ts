import type { KubeObject } from '../../../shared/api/object.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import { invariant } from '../../../shared/lang/invariant.ts'
import { History, type HistoryLimits } from './history.ts'
import type { Journal, JournalEntry, JournalRow } from './journal.ts'
import {
  type Change,
  type ObjectKey,
  type ObjectStore,
  type Revision,
  type StoredObject,
  type StoreEvent,
  StoreUnavailable,
  storageKey,
} from './object-store.ts'
import { ResourceIndex } from './resource-index.ts'
import { Stored } from './stored-object.ts'
import { Watchers } from './watchers.ts'

/** Of an empty store: not 0, which as a resourceVersion means "any". */
export const FIRST_REVISION: Revision = 1

/** How many turns of the event loop a write waits at most for others to share its fsync with. */
const GATHER_TURNS = 16

export interface StoreOptions {
  readonly clock: Clock
  /** Deep-freezes every object, so that a test fails where shared state is changed. */
  readonly freeze?: boolean | undefined
  readonly history?: HistoryLimits | undefined
}

/** A write on its way to the disk. */
interface Accepted {
  readonly id: string
  readonly event: StoreEvent
  /** What the next write of the key will see. */
  readonly after: Stored | undefined
  readonly durable: Promise<StoredObject>
  resolve(stored: StoredObject): void
  reject(error: StoreUnavailable): void
}

/**
 * The object store over any journal.
 * - Two views: `#resources` is what is durable (reads, watches); `#accepted` lies over it for compare-and-swap.
 * - Group commit: one batch is under way at a time; all that is accepted meanwhile makes the next one.
 * - A failing batch takes along all that was accepted on top of it; its keys are written again from the durable view,
 *   at once and if that fails with the next batch, as a commit whose fsync failed is usually in the file all the same.
 * - A revision is given out once, even to a write that then fails.
 */
export class JournaledStore implements ObjectStore {
  #revision: Revision
  #newestAccepted: Revision
  #waiting: Accepted[] = []
  #committing: Promise<void> | undefined
  /** Of the last batch: held by nobody but the history from now on. */
  #superseded: Stored[] = []
  #closed = false
  readonly #accepted = new Map<string, Accepted>()
  readonly #doubtful = new Map<Revision, ObjectKey>()
  readonly #resources = new Map<string, ResourceIndex>()
  readonly #watchers = new Watchers()
  readonly #history: History
  readonly #journal: Journal
  readonly #freeze: boolean

  constructor(journal: Journal, opened: { revision: Revision; rows: readonly JournalRow[] }, options: StoreOptions) {
    this.#journal = journal
    this.#freeze = options.freeze ?? false
    this.#revision = opened.revision
    this.#newestAccepted = opened.revision
    this.#history = new History(options.clock, opened.revision, options.history)
    for (const { key, json, revision, created } of opened.rows) {
      this.#index(key.resource).put(Stored.fromJson(key, json, { revision, created, freeze: this.#freeze }))
    }
  }

  get revision(): Revision {
    return this.#revision
  }

  get oldestRevision(): Revision {
    return this.#history.oldest
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.#durable(key)
  }

  list(resource: string, options: { namespace?: string | undefined; at?: Revision | undefined } = {}) {
    const { namespace, at = this.#revision } = options
    if (at > this.#revision) throw new RangeError(`revision ${at} is newer than the newest, ${this.#revision}`)
    const since = this.#history.after(at, resource)
    const index = this.#resources.get(resource)
    const items = (since.length === 0 ? index?.list(namespace) : index?.listBefore(since, namespace)) ?? []
    return { revision: at, items }
  }

  count(resource: string): number {
    return this.#resources.get(resource)?.size ?? 0
  }

  async write(
    key: ObjectKey,
    change: (current: StoredObject | undefined) => Change,
  ): Promise<StoredObject | undefined> {
    if (this.#closed) throw new StoreUnavailable('the store is closed')
    const id = `${key.resource}/${storageKey(key)}`
    const pending = this.#accepted.get(id)
    const current = pending ? pending.after : this.#durable(key)
    const decision = change(current)
    if ('keep' in decision) {
      await pending?.durable
      return current
    }
    return this.#accept(id, key, current, decision)
  }

  watch(
    scope: { resource?: string | undefined; namespace?: string | undefined },
    from: Revision,
    onEvents: (events: readonly StoreEvent[]) => void,
  ): Disposable {
    return this.#watchers.add(scope, { from, past: this.#history.after(from, scope.resource) }, onEvents)
  }

  compact(revision: Revision): void {
    if (revision > this.#revision) throw new RangeError(`revision ${revision} is newer than ${this.#revision}`)
    this.#history.compact(revision)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#committing
    this.#watchers.clear()
    try {
      if (this.#doubtful.size > 0) await this.#commitDurable()
    } finally {
      await this.#journal.close()
    }
  }

  #accept(
    id: string,
    key: ObjectKey,
    previous: Stored | undefined,
    decision: { readonly put: KubeObject } | { readonly delete: KubeObject },
  ): Promise<StoredObject> {
    const isDelete = 'delete' in decision
    invariant(previous !== undefined || !isDelete, `deletes ${id}, which does not exist`)
    const revision = this.#newestAccepted + 1
    const stored = Stored.fromObject(previous?.key ?? key, isDelete ? decision.delete : decision.put, {
      revision,
      created: previous?.created ?? revision,
      freeze: this.#freeze,
      previous: previous?.object,
    })
    if (this.#journal.wantsJson && !isDelete) stored.json()
    this.#newestAccepted = revision
    const { promise, resolve, reject } = Promise.withResolvers<StoredObject>()
    const type = isDelete ? 'DELETED' : previous ? 'MODIFIED' : 'ADDED'
    const event: StoreEvent = previous ? { type, stored, previous } : { type, stored }
    const accepted = { id, event, after: isDelete ? undefined : stored, durable: promise, resolve, reject }
    this.#accepted.set(id, accepted)
    this.#waiting.push(accepted)
    this.#committing ??= this.#commitAll()
    return promise
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather()
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#journal.commit({ revision: this.#lastOf(batch), entries: this.#entries(batch) })
      } catch (error) {
        this.#refuse(batch, error)
        await this.#undoDoubtful()
        continue
      }
      this.#apply(batch)
    }
    this.#committing = undefined
  }

  /** Lets the writes of this turn of the event loop join the batch, and those of the next ones while there are any. */
  async #gather(): Promise<void> {
    for (let turn = 0, seen = 0; turn < GATHER_TURNS && this.#waiting.length > seen; turn++) {
      seen = this.#waiting.length
      await this.#journal.turn()
    }
  }

  /** Tries at once, so that a process that ends now does not come back with what it refused. */
  async #undoDoubtful(): Promise<void> {
    try {
      await this.#commitDurable()
    } catch {
      // As expected of a disk that just failed, and no news to anyone: the next batch does it again.
    }
  }

  /** Writes the durable state of the doubtful keys, under a revision that covers all that were given out. */
  async #commitDurable(): Promise<void> {
    await this.#journal.commit({ revision: this.#newestAccepted, entries: this.#entries([]) })
    this.#doubtful.clear()
  }

  #lastOf(batch: readonly Accepted[]): Revision {
    return (batch.at(-1) as Accepted).event.stored.revision
  }

  #entries(batch: readonly Accepted[]): JournalEntry[] {
    const entries: JournalEntry[] = []
    for (const [created, key] of this.#doubtful) {
      const durable = this.#durable(key)
      entries.push({ created, stored: durable?.created === created ? durable : undefined })
    }
    for (const { event, after } of batch) entries.push({ created: (event.stored as Stored).created, stored: after })
    return entries
  }

  #apply(batch: readonly Accepted[]): void {
    this.#doubtful.clear()
    for (const accepted of batch) {
      const { event, after, id } = accepted
      const index = this.#index(event.stored.key.resource)
      if (after) index.put(after)
      else index.delete(storageKey(event.stored.key))
      this.#history.append(event)
      if (this.#accepted.get(id) === accepted) this.#accepted.delete(id)
    }
    this.#revision = this.#lastOf(batch)
    this.#watchers.deliver(batch.map((accepted) => accepted.event))
    if (this.#journal.wantsJson) this.#compactSuperseded(batch)
    for (const accepted of batch) accepted.resolve(accepted.event.stored)
  }

  /**
   * What only the history still holds is seldom asked for, and then as JSON. A batch later, when those who were told
   * have read it.
   */
  #compactSuperseded(batch: readonly Accepted[]): void {
    for (const stored of this.#superseded) stored.compact()
    this.#superseded = []
    for (const { event, after } of batch) {
      if (event.previous) this.#superseded.push(event.previous as Stored)
      if (after === undefined) this.#superseded.push(event.stored as Stored)
    }
  }

  #refuse(batch: readonly Accepted[], cause: unknown): void {
    for (const { event } of batch) this.#doubtful.set((event.stored as Stored).created, event.stored.key)
    const refused = [...batch, ...this.#waiting]
    this.#waiting = []
    this.#accepted.clear()
    const reason = cause instanceof Error ? cause.message : String(cause)
    for (const { reject } of refused) reject(new StoreUnavailable(`the journal can't be written: ${reason}`, { cause }))
  }

  #durable(key: ObjectKey): Stored | undefined {
    return this.#resources.get(key.resource)?.get(storageKey(key))
  }

  #index(resource: string): ResourceIndex {
    let index = this.#resources.get(resource)
    if (index === undefined) {
      index = new ResourceIndex()
      this.#resources.set(resource, index)
    }
    return index
  }
}
