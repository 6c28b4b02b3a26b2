import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { type Disposable, toDisposable } from '../../shared/lang/disposable.ts'

/** Reads a part of a cluster through whichever client there is. */
export interface Reader extends Disposable {
  /** Begins to read through `rpc`, or lets go of it when there is none (or the cluster does not run). */
  attach(rpc: RpcClient | undefined): void
}

interface Entry<R extends Reader> {
  readonly cluster: string
  readonly reader: R
  holders: number
  lingering: Disposable | undefined
}

/** A reader stays open this long after its last holder left, so that going back and forth shows it at once. */
const LINGER_MS = 60_000

/** Readers shared by all that show the same: one stream per cluster and key, however many look at it. */
export class SharedReaders<R extends Reader> {
  readonly #after: (ms: number, callback: () => void) => Disposable
  readonly #entries = new Map<string, Entry<R>>()
  #rpcOf: (cluster: string) => RpcClient | undefined = () => undefined

  constructor(after: (ms: number, callback: () => void) => Disposable) {
    this.#after = after
  }

  /** Tells which client serves which cluster now; undefined while it can't be read. */
  connect(rpcOf: (cluster: string) => RpcClient | undefined): void {
    this.#rpcOf = rpcOf
    for (const { cluster, reader } of this.#entries.values()) reader.attach(rpcOf(cluster))
  }

  /** The reader, without keeping it open: for render. Follow with `hold`. */
  get(cluster: string, key: string, create: () => R): R {
    return this.#entry(cluster, key, create).reader
  }

  /** Keeps the reader open until disposed. */
  hold(cluster: string, key: string, create: () => R): Disposable {
    const entry = this.#entry(cluster, key, create)
    entry.holders += 1
    entry.lingering?.dispose()
    entry.lingering = undefined
    return toDisposable(() => {
      entry.holders -= 1
      if (entry.holders === 0) this.#linger(entry)
    })
  }

  #entry(cluster: string, part: string, create: () => R): Entry<R> {
    const key = `${cluster}/${part}`
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { cluster, reader: create(), holders: 0, lingering: undefined }
      this.#entries.set(key, entry)
      this.#linger(entry)
      entry.reader.attach(this.#rpcOf(cluster))
    }
    return entry
  }

  #linger(entry: Entry<R>): void {
    entry.lingering = this.#after(LINGER_MS, () => {
      entry.reader.dispose()
      for (const [key, other] of this.#entries) if (other === entry) this.#entries.delete(key)
    })
  }
}
