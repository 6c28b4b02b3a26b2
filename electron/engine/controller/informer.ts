import { type KubeObject, objectKey } from '../../../shared/api/object.ts'
import type { ResourceRef } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import { type Disposable, toDisposable } from '../../../shared/lang/disposable.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client, WatchEvent } from '../client/client.ts'
import { ObjectCache } from './object-cache.ts'

/** Called synchronously after the cache has the change. Handlers only queue keys; they never write. */
export interface InformerHandler<T extends KubeObject> {
  added?(object: T): void
  updated?(before: T, after: T): void
  /** `object` is its last known state. */
  deleted?(object: T): void
}

/** The read side of a shared cache of one resource. What it answers may be behind the server, never ahead of it. */
export interface Informer<T extends KubeObject> {
  readonly ref: ResourceRef<T>
  /** The first list is in the cache, and handlers were told of it. */
  readonly hasSynced: boolean
  synced(): Promise<void>
  /** By "namespace/name", or "name" for cluster-scoped objects. */
  get(key: string): T | undefined
  /** All objects, or those of one namespace, in no particular order. */
  list(namespace?: string): readonly T[]
  /** Adding an index of the same name again is harmless. `values` must be pure. */
  addIndex(name: string, values: (object: T) => readonly string[]): void
  byIndex(name: string, value: string): readonly T[]
  /** A handler that comes late is first told of everything in the cache. */
  onChange(handler: InformerHandler<T>): Disposable
}

const RETRY_MS = 1000

export interface InformerDeps {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
}

/** Lists, then watches; lists again when history is gone, so handlers see the difference as ordinary changes. */
export class ListWatchInformer<T extends KubeObject> implements Informer<T>, Disposable {
  readonly ref: ResourceRef<T>
  readonly #deps: InformerDeps
  readonly #cache = new ObjectCache<T>()
  readonly #handlers = new Set<InformerHandler<T>>()
  readonly #synced = Promise.withResolvers<void>()
  #hasSynced = false
  #started = false
  #disposed = false
  #watch: Disposable | undefined
  #retry: Disposable | undefined

  constructor(ref: ResourceRef<T>, deps: InformerDeps) {
    this.ref = ref
    this.#deps = deps
  }

  get hasSynced(): boolean {
    return this.#hasSynced
  }

  synced(): Promise<void> {
    return this.#synced.promise
  }

  get(key: string): T | undefined {
    return this.#cache.get(key)
  }

  list(namespace?: string): readonly T[] {
    return this.#cache.list(namespace)
  }

  addIndex(name: string, values: (object: T) => readonly string[]): void {
    this.#cache.addIndex(name, values)
  }

  byIndex(name: string, value: string): readonly T[] {
    return this.#cache.byIndex(name, value)
  }

  onChange(handler: InformerHandler<T>): Disposable {
    this.#handlers.add(handler)
    for (const object of this.#cache.list()) this.#tell(handler, undefined, object)
    return toDisposable(() => this.#handlers.delete(handler))
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    void this.#listAndWatch()
  }

  dispose(): void {
    this.#disposed = true
    this.#watch?.dispose()
    this.#retry?.dispose()
    this.#handlers.clear()
  }

  async #listAndWatch(): Promise<void> {
    const resource = this.#deps.client.resource(this.ref)
    try {
      const { items, resourceVersion } = await resource.list()
      if (this.#disposed) return
      this.#replace(items)
      this.#watch = resource.watch({ resourceVersion }, (events) => this.#apply(events))
      this.#hasSynced = true
      this.#synced.resolve()
    } catch (error) {
      if (this.#disposed) return
      const expired = isApiError(error, 'Expired') || isApiError(error, 'Gone')
      if (!expired)
        this.#deps.logger.warn({ err: error, resource: this.ref.resource }, 'list and watch failed, retrying')
      this.#retry = this.#deps.clock.after(expired ? 0 : RETRY_MS, () => void this.#listAndWatch())
    }
  }

  #replace(items: readonly T[]): void {
    const gone = new Map(this.#cache.list().map((object) => [objectKey(object), object]))
    for (const item of items) {
      gone.delete(objectKey(item))
      this.#put(item)
    }
    for (const object of gone.values()) this.#remove(object)
  }

  #apply(events: readonly WatchEvent<T>[]): void {
    if (this.#disposed) return
    for (const { type, object } of events) {
      if (type === 'DELETED') this.#remove(object)
      else this.#put(object)
    }
  }

  #put(object: T): void {
    const before = this.#cache.put(object)
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return
    for (const handler of this.#handlers) this.#tell(handler, before, object)
  }

  #remove(object: T): void {
    if (this.#cache.remove(objectKey(object)) === undefined) return
    for (const handler of this.#handlers) this.#tell(handler, object, undefined)
  }

  /** A handler's bug must not take the store's other watchers with it. */
  #tell(handler: InformerHandler<T>, before: T | undefined, after: T | undefined): void {
    try {
      if (after === undefined) handler.deleted?.(before as T)
      else if (before === undefined) handler.added?.(after)
      else handler.updated?.(before, after)
    } catch (error) {
      this.#deps.logger.error({ err: error, resource: this.ref.resource }, 'informer handler threw')
    }
  }
}
