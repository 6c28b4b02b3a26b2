import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'

/** One timer that rings at the earliest time it was set for, and is then silent until it is set again. */
export class Alarm implements Disposable {
  readonly #clock: Clock
  readonly #ring: () => void
  #timer: Disposable | undefined
  #atMs = Number.POSITIVE_INFINITY
  #disposed = false

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Rings after `ms`, or sooner when it is set for an earlier time already. */
  set(ms: number): void {
    const atMs = this.#clock.monotonicMs() + Math.max(0, ms)
    if (this.#disposed || atMs >= this.#atMs) return
    this.clear()
    this.#atMs = atMs
    this.#timer = this.#clock.after(ms, this.#ring)
  }

  clear(): void {
    this.#timer?.dispose()
    this.#atMs = Number.POSITIVE_INFINITY
  }

  dispose(): void {
    this.#disposed = true
    this.clear()
  }
}
