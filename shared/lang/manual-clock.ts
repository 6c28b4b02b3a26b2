import type { Clock } from './clock.ts'
import { type Disposable, toDisposable } from './disposable.ts'

interface Timer {
  at: number
  order: number
  callback: () => void
}

/** A clock that stands still until `advance` is called: for simulated clusters and tests. */
export class ManualClock implements Clock {
  #monotonicMs = 0
  #order = 0
  readonly #timers = new Set<Timer>()
  #epochMs: number

  constructor(epochMs = Date.UTC(2026, 0, 1)) {
    this.#epochMs = epochMs
  }

  now(): number {
    return this.#epochMs + this.#monotonicMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, callback: () => void): Disposable {
    const timer = { at: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#timers.add(timer)
    return toDisposable(() => this.#timers.delete(timer))
  }

  /** Engine time until the next timer, or undefined when none is set. */
  nextTimerMs(): number | undefined {
    const next = this.#next()
    return next === undefined ? undefined : next.at - this.#monotonicMs
  }

  /** Moves time on and runs the timers that fall due, each at its own time. */
  advance(ms: number): void {
    const end = this.#monotonicMs + ms
    for (let timer = this.#next(); timer !== undefined && timer.at <= end; timer = this.#next()) {
      this.#timers.delete(timer)
      this.#monotonicMs = Math.max(this.#monotonicMs, timer.at)
      timer.callback()
    }
    this.#monotonicMs = end
  }

  /** Moves only the clock on the wall, as when a laptop sleeps or the clock is set. */
  jump(ms: number): void {
    this.#epochMs += ms
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    return next
  }
}
