import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import { Fifo } from '../../../shared/lang/fifo.ts'
import { ItemBackoff, TokenBucket } from './rate-limit.ts'

/**
 * Keys that need work.
 * - Fair: keys come out in the order in which they were added.
 * - Stingy: a key added many times before it is taken comes out once.
 * - Exclusive: a key is never with two workers; added while it is worked on, it comes out again after `done`.
 * - Patient: `addAfter` waits on the engine clock, `addRateLimited` by the key's own back-off and an overall limit.
 */
export class WorkQueue implements Disposable {
  readonly #clock: Clock
  readonly #backoff: ItemBackoff
  readonly #overall: TokenBucket
  /** Keys that need work, whether or not a worker has them. */
  readonly #dirty = new Set<string>()
  readonly #processing = new Set<string>()
  /** Only keys that no worker has. */
  readonly #ready = new Fifo<string>()
  readonly #waiting = new Map<string, { at: number; timer: Disposable }>()
  readonly #takers = new Fifo<(key: string | undefined) => void>()
  #disposed = false

  constructor(clock: Clock, options: { baseMs?: number; maxMs?: number } = {}) {
    this.#clock = clock
    this.#backoff = new ItemBackoff(options.baseMs ?? 5, options.maxMs ?? 1_000_000)
    this.#overall = new TokenBucket(clock, { perSecond: 10, burst: 100 })
  }

  /** Keys that wait for a worker now. */
  get length(): number {
    return this.#ready.length
  }

  /** Nothing is ready and no worker has a key; delayed keys may wait. */
  get idle(): boolean {
    return this.#ready.length === 0 && this.#processing.size === 0
  }

  add(key: string): void {
    if (this.#disposed || this.#dirty.has(key)) return
    this.#dirty.add(key)
    if (!this.#processing.has(key)) this.#offer(key)
  }

  /** Adds the key after `delayMs` of engine time; of several delays of one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#disposed) return
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const at = this.#clock.monotonicMs() + delayMs
    const waiting = this.#waiting.get(key)
    if (waiting !== undefined) {
      if (waiting.at <= at) return
      waiting.timer.dispose()
    }
    const timer = this.#clock.after(delayMs, () => {
      this.#waiting.delete(key)
      this.add(key)
    })
    this.#waiting.set(key, { at, timer })
  }

  /** Adds the key after a failure: after its own back-off, or later when too many keys fail at once. */
  addRateLimited(key: string): void {
    if (this.#disposed) return
    this.addAfter(key, Math.max(this.#backoff.next(key), this.#overall.reserveMs()))
  }

  /** Ends the key's back-off: call it when its work succeeded or was given up. */
  forget(key: string): void {
    this.#backoff.forget(key)
  }

  /** How often the key was rate limited since it was last forgotten. */
  requeues(key: string): number {
    return this.#backoff.failures(key)
  }

  /** The next key, when there is one; undefined once the queue is disposed. The taker owes a `done`. */
  get(): Promise<string | undefined> {
    if (this.#disposed) return Promise.resolve(undefined)
    const key = this.#ready.shift()
    if (key !== undefined) return Promise.resolve(this.#take(key))
    return new Promise((resolve) => this.#takers.push(resolve))
  }

  done(key: string): void {
    this.#processing.delete(key)
    if (this.#dirty.has(key) && !this.#disposed) this.#offer(key)
  }

  dispose(): void {
    this.#disposed = true
    for (const { timer } of this.#waiting.values()) timer.dispose()
    this.#waiting.clear()
    this.#ready.clear()
    this.#dirty.clear()
    for (let taker = this.#takers.shift(); taker !== undefined; taker = this.#takers.shift()) taker(undefined)
  }

  #offer(key: string): void {
    const taker = this.#takers.shift()
    if (taker === undefined) this.#ready.push(key)
    else taker(this.#take(key))
  }

  #take(key: string): string {
    this.#dirty.delete(key)
    this.#processing.add(key)
    return key
  }
}
