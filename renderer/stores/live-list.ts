import { createStore, type StoreApi } from 'zustand/vanilla'
import { type KubeObject, objectKey } from '../../shared/api/object.ts'
import type { ResourceRef } from '../../shared/api/resources.ts'
import type { WatchItem } from '../../shared/ipc/contract.ts'
import type { IpcFailure } from '../../shared/ipc/protocol.ts'
import type { RpcClient, StreamHandle } from '../../shared/ipc/rpc-client.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import type { ScheduleFrame } from './frame.ts'

export interface LiveListState {
  /** `stale`: what was last known, while there is no stream. */
  readonly phase: 'loading' | 'live' | 'stale' | 'failed'
  /** By "namespace/name". The same map for ever, changed in place: read it together with `version`. */
  readonly objects: ReadonlyMap<string, KubeObject>
  readonly version: number
  readonly failure: IpcFailure | undefined
}

export interface LiveListDeps {
  readonly frame: ScheduleFrame
  after(ms: number, callback: () => void): Disposable
}

const RETRY_MS = 1_500

/**
 * All objects of one kind, kept live by one watch stream.
 * - Stingy: changes are coalesced per key, and readers hear at most once a frame.
 * - Steady: when the stream breaks the objects stay, marked stale; a new stream replaces them once it is complete.
 */
export class LiveList implements Disposable {
  readonly ref: ResourceRef
  readonly store: StoreApi<LiveListState>
  readonly #cluster: string
  readonly #deps: LiveListDeps
  readonly #objects = new Map<string, KubeObject>()
  /** Changes of this frame by key; undefined is a deletion. */
  readonly #pending = new Map<string, KubeObject | undefined>()
  /** Keys that a new stream has told so far; undefined once it is complete. */
  #seen: Set<string> | undefined
  #rpc: RpcClient | undefined
  #stream: StreamHandle | undefined
  #frame: Disposable | undefined
  #retry: Disposable | undefined

  constructor(cluster: string, ref: ResourceRef, deps: LiveListDeps) {
    this.#cluster = cluster
    this.ref = ref
    this.#deps = deps
    this.store = createStore<LiveListState>(() => ({
      phase: 'loading',
      objects: this.#objects,
      version: 0,
      failure: undefined,
    }))
  }

  /** Begins to read through `rpc`, or lets go of it when there is none (or the cluster does not run). */
  attach(rpc: RpcClient | undefined): void {
    if (rpc === this.#rpc) return
    this.#close()
    this.#rpc = rpc
    if (rpc === undefined) this.#setPhase(this.#objects.size > 0 ? 'stale' : 'loading', undefined)
    else this.#open(rpc)
  }

  dispose(): void {
    this.attach(undefined)
    this.#frame?.dispose()
  }

  #open(rpc: RpcClient): void {
    const { group, version, resource } = this.ref
    this.#seen = new Set()
    this.#stream = rpc.stream(
      'objects.watch',
      { cluster: this.#cluster, ref: { group, version, resource } },
      {
        onItems: (items) => this.#take(items),
        onEnd: (failure) => {
          if (rpc !== this.#rpc) return
          this.#setPhase(this.#objects.size > 0 ? 'stale' : 'failed', failure)
          this.#retry = this.#deps.after(RETRY_MS, () => this.#open(rpc))
        },
      },
    )
  }

  #close(): void {
    this.#stream?.cancel()
    this.#retry?.dispose()
    this.#stream = undefined
    this.#retry = undefined
  }

  #take(items: readonly WatchItem[]): void {
    for (const { type, object } of items) {
      if (type === 'SYNCED') this.#complete()
      else if (object !== undefined) {
        const key = objectKey(object)
        this.#seen?.add(key)
        this.#pending.set(key, type === 'DELETED' ? undefined : object)
      }
    }
    this.#frame ??= this.#deps.frame(() => this.#flush())
  }

  #complete(): void {
    for (const key of this.#objects.keys()) if (!this.#seen?.has(key)) this.#pending.set(key, undefined)
    this.#seen = undefined
  }

  #flush(): void {
    this.#frame = undefined
    for (const [key, object] of this.#pending) {
      if (object === undefined) this.#objects.delete(key)
      else this.#objects.set(key, object)
    }
    this.#pending.clear()
    const { phase, version } = this.store.getState()
    const live = this.#seen === undefined && this.#stream !== undefined
    this.store.setState({ phase: live ? 'live' : phase, version: version + 1, failure: undefined })
  }

  #setPhase(phase: LiveListState['phase'], failure: IpcFailure | undefined): void {
    this.store.setState({ phase, failure, version: this.store.getState().version + 1 })
  }
}
