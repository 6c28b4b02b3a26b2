import type { ResourceRef } from '../../shared/api/resources.ts'
import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import { LiveList, type LiveListDeps } from './live-list.ts'
import { SharedReaders } from './shared-readers.ts'

/** The live lists of all readers: one stream per cluster and kind, however many read it. */
export class LiveLists {
  readonly #deps: LiveListDeps
  readonly #lists: SharedReaders<LiveList>

  constructor(deps: LiveListDeps) {
    this.#deps = deps
    this.#lists = new SharedReaders((ms, callback) => deps.after(ms, callback))
  }

  /** Tells which client serves which cluster now; undefined while it can't be read. */
  connect(rpcOf: (cluster: string) => RpcClient | undefined): void {
    this.#lists.connect(rpcOf)
  }

  /** The list, without keeping it open: for render. Follow with `hold`. */
  get(cluster: string, ref: ResourceRef): LiveList {
    return this.#lists.get(cluster, keyOf(ref), () => new LiveList(cluster, ref, this.#deps))
  }

  /** Keeps the list open until disposed. */
  hold(cluster: string, ref: ResourceRef): Disposable {
    return this.#lists.hold(cluster, keyOf(ref), () => new LiveList(cluster, ref, this.#deps))
  }
}

function keyOf({ group, resource }: ResourceRef): string {
  return `${group}/${resource}`
}
