import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SystemClock } from './system-clock.ts'

/** The clock notices a gap at its next tick and may count up to one tick of running time to it. */
const TICK_MS = 500

describe('the engine clock', () => {
  let nowMs = 0
  let clock: SystemClock

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    nowMs = 0
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    clock = new SystemClock()
  })
  afterEach(() => {
    clock.dispose()
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  const run = (ms: number) => {
    for (let left = ms; left > 0; left -= 100) {
      nowMs += 100
      vi.advanceTimersByTime(100)
    }
  }
  /** The process stands still: real time passes, no timer runs. */
  const freeze = (ms: number) => {
    nowMs += ms
  }

  test('runs with real time', () => {
    let fired = false
    clock.after(3_000, () => {
      fired = true
    })
    run(2_900)
    expect(fired).toBe(false)
    run(200)
    expect(fired).toBe(true)
    expect(clock.monotonicMs()).toBe(3_100)
  })

  test('leaves out the time in which the process did not run', () => {
    let fired = false
    clock.after(10_000, () => {
      fired = true
    })
    run(1_000)
    freeze(3_600_000)
    run(8_900)
    expect(fired).toBe(false)
    run(TICK_MS + 200)
    expect(fired).toBe(true)
  })

  test('stands still while paused, and timers go on where they were', () => {
    let fired = false
    clock.after(1_000, () => {
      fired = true
    })
    run(500)
    clock.pause()
    run(60_000)
    expect(fired).toBe(false)
    clock.resume()
    run(400)
    expect(fired).toBe(false)
    run(200)
    expect(fired).toBe(true)
  })

  test('does not run a disposed timer', () => {
    let fired = false
    clock
      .after(100, () => {
        fired = true
      })
      .dispose()
    run(1_000)
    expect(fired).toBe(false)
  })
})
