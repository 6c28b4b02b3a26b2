import type { Clock } from './clock.ts'
import { type Disposable, toDisposable } from './disposable.ts'
import { Heap } from './heap.ts'

interface Timer {
  readonly at: number
  readonly order: number
  /** Undefined once it was disposed: it stays where it is until its turn comes. */
  callback: (() => void) | undefined
}

/** A clock that stands still until `advance` is called: for simulated clusters and tests. */
export class ManualClock implements Clock {
  #monotonicMs = 0
  #order = 0
  readonly #timers = new Heap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order))
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
    const at = this.#monotonicMs + Math.max(0, delayMs)
    const timer: Timer = { at, order: this.#order++, callback }
    this.#timers.push(timer)
    return toDisposable(() => {
      timer.callback = undefined
    })
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
      this.#timers.pop()
      this.#monotonicMs = Math.max(this.#monotonicMs, timer.at)
      timer.callback?.()
    }
    this.#monotonicMs = end
  }

  /** Moves only the clock on the wall, as when a laptop sleeps or the clock is set. */
  jump(ms: number): void {
    this.#epochMs += ms
  }

  #next(): Timer | undefined {
    while (this.#timers.least !== undefined && this.#timers.least.callback === undefined) this.#timers.pop()
    return this.#timers.least
  }
}
