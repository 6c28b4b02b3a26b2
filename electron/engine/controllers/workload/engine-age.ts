import type { Clock } from '../../../../shared/lang/clock.ts'

/**
 * Engine time since something that an API object's timestamp tells of. Counted from when the timestamp was first seen,
 * so time in which the engine was stopped or the laptop slept does not count.
 */
export class EngineAge {
  readonly #clock: Clock
  readonly #seen = new Map<string, { text: string; at: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  sinceMs(key: string, text: string): number {
    const now = this.#clock.monotonicMs()
    const seen = this.#seen.get(key)
    if (seen?.text === text) return now - seen.at
    this.#seen.set(key, { text, at: now })
    return 0
  }

  forget(key: string): void {
    this.#seen.delete(key)
  }
}
