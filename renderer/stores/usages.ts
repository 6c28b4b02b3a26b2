import type { UsageSubject } from '../../shared/api/usage-history.ts'
import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import { SharedReaders } from './shared-readers.ts'
import { UsageHourReader, UsageNowReader } from './usage-readers.ts'

/** What pods, nodes and clusters take: one stream for the present of a cluster, one for each hour that is looked at. */
export class Usages {
  readonly #after: (ms: number, callback: () => void) => Disposable
  readonly #now: SharedReaders<UsageNowReader>
  readonly #hours: SharedReaders<UsageHourReader>

  constructor(after: (ms: number, callback: () => void) => Disposable) {
    this.#after = after
    this.#now = new SharedReaders(after)
    this.#hours = new SharedReaders(after)
  }

  /** Tells which client serves which cluster now; undefined while it can't be read. */
  connect(rpcOf: (cluster: string) => RpcClient | undefined): void {
    this.#now.connect(rpcOf)
    this.#hours.connect(rpcOf)
  }

  /** For render; follow with `holdNow`. */
  now(cluster: string): UsageNowReader {
    return this.#now.get(cluster, '', () => new UsageNowReader(cluster, this.#after))
  }

  holdNow(cluster: string): Disposable {
    return this.#now.hold(cluster, '', () => new UsageNowReader(cluster, this.#after))
  }

  /** For render; follow with `holdHour`. */
  hour(cluster: string, of: UsageSubject): UsageHourReader {
    return this.#hours.get(cluster, subjectKey(of), () => new UsageHourReader(cluster, of, this.#after))
  }

  holdHour(cluster: string, of: UsageSubject): Disposable {
    return this.#hours.hold(cluster, subjectKey(of), () => new UsageHourReader(cluster, of, this.#after))
  }
}

/** "pod/1f0c…". */
export function subjectKey(of: UsageSubject): string {
  return of.kind === 'pod' ? `pod/${of.uid}` : of.kind === 'node' ? `node/${of.name}` : 'cluster'
}
