import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClusterUsage, UsageSample, UsageSubject, Use } from '../../shared/api/usage-history.ts'
import type { RpcClient, StreamHandle, StreamListener } from '../../shared/ipc/rpc-client.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import type { Reader } from './shared-readers.ts'

/** What pods (by uid) and nodes (by name) take; `at` is undefined before the first sample. */
export interface UsageNow {
  readonly at: number | undefined
  readonly pods: ReadonlyMap<string, Use>
  readonly nodes: ReadonlyMap<string, Use>
}

export const NO_USAGE: UsageNow = { at: undefined, pods: new Map(), nodes: new Map() }

type After = (ms: number, callback: () => void) => Disposable

const RETRY_MS = 5_000
const HOUR_MS = 3_600_000

/** Follows one stream, again and again; what it last told stays while there is none. */
abstract class StreamFollower<T> implements Reader {
  readonly #after: After
  #rpc: RpcClient | undefined
  #stream: StreamHandle | undefined
  #retry: Disposable | undefined

  constructor(after: After) {
    this.#after = after
  }

  attach(rpc: RpcClient | undefined): void {
    if (rpc === this.#rpc) return
    this.#stream?.cancel()
    this.#retry?.dispose()
    this.#stream = undefined
    this.#retry = undefined
    this.#rpc = rpc
    if (rpc !== undefined) this.#follow(rpc)
  }

  dispose(): void {
    this.attach(undefined)
  }

  protected abstract open(rpc: RpcClient, listener: StreamListener<T>): StreamHandle

  /** `anew`: these are the first items of a stream. */
  protected abstract take(items: readonly T[], anew: boolean): void

  #follow(rpc: RpcClient): void {
    let anew = true
    this.#stream = this.open(rpc, {
      onItems: (items) => {
        this.take(items, anew)
        anew = false
      },
      onEnd: () => {
        if (rpc === this.#rpc) this.#retry = this.#after(RETRY_MS, () => this.#follow(rpc))
      },
    })
  }
}

/** What all pods and nodes of a cluster take now. */
export class UsageNowReader extends StreamFollower<ClusterUsage> {
  readonly store: StoreApi<UsageNow> = createStore<UsageNow>(() => NO_USAGE)
  readonly #cluster: string

  constructor(cluster: string, after: After) {
    super(after)
    this.#cluster = cluster
  }

  protected open(rpc: RpcClient, listener: StreamListener<ClusterUsage>): StreamHandle {
    return rpc.stream('usage.watch', { cluster: this.#cluster }, listener)
  }

  protected take(items: readonly ClusterUsage[]): void {
    const last = items.at(-1)
    if (last === undefined) return
    const pods = new Map(last.pods.map(({ uid, cpuMillis, memoryBytes }) => [uid, { cpuMillis, memoryBytes }]))
    const nodes = new Map(last.nodes.map(({ name, cpuMillis, memoryBytes }) => [name, { cpuMillis, memoryBytes }]))
    this.store.setState({ at: last.at, pods, nodes }, true)
  }
}

/** The last hour of a pod, a node or the cluster, oldest first; undefined until the engine has told it. */
export class UsageHourReader extends StreamFollower<readonly UsageSample[]> {
  readonly store = createStore<readonly UsageSample[] | undefined>(() => undefined)
  readonly #cluster: string
  readonly #of: UsageSubject

  constructor(cluster: string, of: UsageSubject, after: After) {
    super(after)
    this.#cluster = cluster
    this.#of = of
  }

  protected open(rpc: RpcClient, listener: StreamListener<readonly UsageSample[]>): StreamHandle {
    return rpc.stream('usage.history', { cluster: this.#cluster, of: this.#of }, listener)
  }

  protected take(items: readonly (readonly UsageSample[])[], anew: boolean): void {
    const known = anew ? [] : (this.store.getState() ?? [])
    const samples = [...known, ...items.flat()]
    const oldest = (samples.at(-1)?.at ?? 0) - HOUR_MS
    this.store.setState(
      samples.filter(({ at }) => at > oldest),
      true,
    )
  }
}
