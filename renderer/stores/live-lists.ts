import type { ResourceRef } from '../../shared/api/resources.ts'
import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { type Disposable, toDisposable } from '../../shared/lang/disposable.ts'
import { LiveList, type LiveListDeps } from './live-list.ts'

interface Entry {
  readonly cluster: string
  readonly list: LiveList
  readers: number
  lingering: Disposable | undefined
}

/** A list stays open this long after its last reader left, so that going back and forth shows it at once. */
const LINGER_MS = 60_000

/** The live lists of all readers: one stream per cluster and kind, however many read it. */
export class LiveLists {
  readonly #deps: LiveListDeps
  readonly #entries = new Map<string, Entry>()
  #rpcOf: (cluster: string) => RpcClient | undefined = () => undefined

  constructor(deps: LiveListDeps) {
    this.#deps = deps
  }

  /** Tells which client serves which cluster now; undefined while it can't be read. */
  connect(rpcOf: (cluster: string) => RpcClient | undefined): void {
    this.#rpcOf = rpcOf
    for (const { cluster, list } of this.#entries.values()) list.attach(rpcOf(cluster))
  }

  /** The list, without keeping it open: for render. Follow with `hold`. */
  get(cluster: string, ref: ResourceRef): LiveList {
    return this.#entry(cluster, ref).list
  }

  /** Keeps the list open until disposed. */
  hold(cluster: string, ref: ResourceRef): Disposable {
    const entry = this.#entry(cluster, ref)
    entry.readers += 1
    entry.lingering?.dispose()
    entry.lingering = undefined
    return toDisposable(() => {
      entry.readers -= 1
      if (entry.readers === 0) this.#linger(entry)
    })
  }

  #entry(cluster: string, ref: ResourceRef): Entry {
    const key = `${cluster}/${ref.group}/${ref.resource}`
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { cluster, list: new LiveList(cluster, ref, this.#deps), readers: 0, lingering: undefined }
      this.#entries.set(key, entry)
      this.#linger(entry)
      entry.list.attach(this.#rpcOf(cluster))
    }
    return entry
  }

  #linger(entry: Entry): void {
    entry.lingering = this.#deps.after(LINGER_MS, () => {
      entry.list.dispose()
      for (const [key, other] of this.#entries) if (other === entry) this.#entries.delete(key)
    })
  }
}
