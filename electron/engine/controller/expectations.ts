import type { Clock } from '../../../shared/lang/clock.ts'

interface Expectation {
  creations: number
  readonly deletions: Set<string>
  readonly at: number
}

/** An event that was lost must not stop a controller for ever. */
const EXPIRE_MS = 5 * 60_000

/**
 * What a controller did and has not yet seen in its cache, per key.
 * - While something is outstanding the cache is known to be behind, so counting replicas would over-create.
 * - Deletions are tracked by object key, because one deletion shows up twice (deletionTimestamp, then gone).
 * - Outstanding expectations expire after five minutes.
 */
export class Expectations {
  readonly #clock: Clock
  readonly #expected = new Map<string, Expectation>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  expect(key: string, { creations = 0, deletions = [] }: { creations?: number; deletions?: Iterable<string> }): void {
    this.#expected.set(key, { creations, deletions: new Set(deletions), at: this.#clock.monotonicMs() })
  }

  creationObserved(key: string): void {
    const expected = this.#expected.get(key)
    if (expected !== undefined) expected.creations -= 1
  }

  deletionObserved(key: string, objectKey: string): void {
    this.#expected.get(key)?.deletions.delete(objectKey)
  }

  /** The cache has caught up with everything done for the key, or it is too long ago to wait on. */
  satisfied(key: string): boolean {
    const expected = this.#expected.get(key)
    if (expected === undefined) return true
    if (expected.creations <= 0 && expected.deletions.size === 0) return true
    return this.#clock.monotonicMs() - expected.at > EXPIRE_MS
  }

  forget(key: string): void {
    this.#expected.delete(key)
  }
}
