import type { Clock } from '../../../shared/lang/clock.ts'
import { Fifo } from '../../../shared/lang/fifo.ts'
import { type Revision, RevisionCompacted, type StoreEvent } from './object-store.ts'
import type { Stored } from './stored-object.ts'

const MAX_AGE_MS = 5 * 60_000
const MAX_BYTES = 64 * 1024 * 1024
/** What an event is taken for while nobody has asked for its JSON. */
const USUAL_BYTES = 2048

interface Remembered {
  readonly event: StoreEvent
  readonly atMs: number
  readonly bytes: number
}

export interface HistoryLimits {
  readonly maxAgeMs?: number | undefined
  readonly maxBytes?: number | undefined
}

/** The changes of the last five minutes (of engine time) or 64 MB, in memory only: what watches resume from. */
export class History {
  #oldest: Revision
  #bytes = 0
  readonly #all = new Fifo<Remembered>()
  readonly #byResource = new Map<string, Fifo<StoreEvent>>()
  readonly #clock: Clock
  readonly #maxAgeMs: number
  readonly #maxBytes: number

  constructor(clock: Clock, oldest: Revision, limits: HistoryLimits = {}) {
    this.#clock = clock
    this.#oldest = oldest
    this.#maxAgeMs = limits.maxAgeMs ?? MAX_AGE_MS
    this.#maxBytes = limits.maxBytes ?? MAX_BYTES
  }

  get oldest(): Revision {
    this.#forgetOld()
    return this.#oldest
  }

  append(event: StoreEvent): void {
    const bytes = (event.stored as Stored).jsonBytes ?? USUAL_BYTES
    const { resource } = event.stored.key
    let queue = this.#byResource.get(resource)
    if (queue === undefined) {
      queue = new Fifo()
      this.#byResource.set(resource, queue)
    }
    queue.push(event)
    this.#all.push({ event, atMs: this.#clock.monotonicMs(), bytes })
    this.#bytes += bytes
    this.#forgetOld()
  }

  /** Every change after `revision`, in order. Throws RevisionCompacted when some are forgotten. */
  after(revision: Revision, resource: string | undefined): StoreEvent[] {
    if (revision < this.oldest) throw new RevisionCompacted(revision, this.#oldest)
    const isPast = ({ stored }: StoreEvent) => stored.revision <= revision
    if (resource !== undefined) return this.#byResource.get(resource)?.after(isPast) ?? []
    return this.#all.after(({ event }) => isPast(event)).map((item) => item.event)
  }

  compact(revision: Revision): void {
    for (let first = this.#all.first; first; first = this.#all.first) {
      if (first.event.stored.revision > revision) break
      this.#forget(first)
    }
    this.#oldest = Math.max(this.#oldest, revision)
  }

  #forgetOld(): void {
    const since = this.#clock.monotonicMs() - this.#maxAgeMs
    for (let first = this.#all.first; first; first = this.#all.first) {
      if (first.atMs >= since && this.#bytes <= this.#maxBytes) break
      this.#forget(first)
    }
  }

  #forget(first: Remembered): void {
    const { key, revision } = first.event.stored
    this.#all.shift()
    this.#byResource.get(key.resource)?.shift()
    this.#bytes -= first.bytes
    this.#oldest = revision
  }
}
