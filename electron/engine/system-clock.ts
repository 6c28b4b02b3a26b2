import type { Clock } from '../../shared/lang/clock.ts'
import { type Disposable, toDisposable } from '../../shared/lang/disposable.ts'

/** A gap this long between two ticks means that the process was stopped or the laptop slept. */
const SLEEP_GAP_MS = 2_000
const TICK_MS = 500

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/**
 * Real time for the engine. Its monotonic side leaves out the time in which the process did not run (SIGSTOP, a
 * sleeping laptop, a frozen debugger) or was paused, so that waking up finds every lease, back-off and toleration
 * where it was. A timer is set for its remaining engine time and checked again when it fires.
 */
export class SystemClock implements Clock, Disposable {
  #lost = 0
  #lastTick = performance.now()
  #pausedAt: number | undefined
  readonly #ticker: NodeJS.Timeout
  readonly #paused = new Set<{ resume(): void }>()

  constructor() {
    this.#ticker = setInterval(() => this.#tick(), TICK_MS)
    this.#ticker.unref()
  }

  now(): number {
    return Date.now()
  }

  monotonicMs(): number {
    if (this.#pausedAt !== undefined) return this.#pausedAt
    this.#tick()
    return this.#lastTick - this.#lost
  }

  after(delayMs: number, callback: () => void): Disposable {
    const timer: Timer = { at: this.monotonicMs() + Math.max(0, delayMs), callback }
    let handle: NodeJS.Timeout | undefined
    const waiting = { resume: () => arm() }
    const fire = () => {
      const left = timer.at - this.monotonicMs()
      if (this.#pausedAt !== undefined) this.#paused.add(waiting)
      else if (left > 1) arm()
      else callback()
    }
    const arm = () => {
      handle = setTimeout(fire, Math.min(Math.max(0, timer.at - this.monotonicMs()), 2 ** 31 - 1))
    }
    arm()
    return toDisposable(() => {
      clearTimeout(handle)
      this.#paused.delete(waiting)
    })
  }

  /** Stops engine time: timers that fall due wait for `resume`. */
  pause(): void {
    this.#pausedAt ??= this.monotonicMs()
  }

  resume(): void {
    if (this.#pausedAt === undefined) return
    this.#lastTick = performance.now()
    this.#lost = this.#lastTick - this.#pausedAt
    this.#pausedAt = undefined
    for (const timer of [...this.#paused]) timer.resume()
    this.#paused.clear()
  }

  dispose(): void {
    clearInterval(this.#ticker)
  }

  #tick(): void {
    const now = performance.now()
    const gap = now - this.#lastTick
    if (gap > SLEEP_GAP_MS && this.#pausedAt === undefined) this.#lost += gap
    this.#lastTick = now
  }
}
