import type { Clock } from '../../../shared/lang/clock.ts'

/** Doubles a key's delay with every failure, from `baseMs` to `maxMs`. */
export class ItemBackoff {
  readonly #failures = new Map<string, number>()
  readonly #baseMs: number
  readonly #maxMs: number

  constructor(baseMs: number, maxMs: number) {
    this.#baseMs = baseMs
    this.#maxMs = maxMs
  }

  /** Counts one more failure and answers how long to wait. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    return Math.min(this.#maxMs, this.#baseMs * 2 ** failures)
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }
}

/** Lets `burst` actions through at once, then `perSecond`, measured on the engine clock. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor(clock: Clock, options: { perSecond: number; burst: number }) {
    this.#clock = clock
    this.#perMs = options.perSecond / 1000
    this.#burst = options.burst
    this.#tokens = options.burst
    this.#at = clock.monotonicMs()
  }

  /** Takes a token if there is one. */
  tryTake(): boolean {
    this.#refill()
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Takes a token that may lie in the future, and answers how long to wait for it. */
  reserveMs(): number {
    this.#refill()
    this.#tokens -= 1
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs
  }

  #refill(): void {
    const now = this.#clock.monotonicMs()
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs)
    this.#at = now
  }
}
