import type { Disposable } from './disposable.ts'

/**
 * The engine's only source of time.
 * - `now()` is wall-clock time for timestamps in API objects, milliseconds since the epoch.
 * - `monotonicMs()` is the engine clock: it stops while the engine is stopped, paused or the laptop sleeps, so every
 *   duration (back-off, grace, lease, toleration) is measured on it.
 */
export interface Clock {
  now(): number
  monotonicMs(): number
  /** Runs `callback` once after `delayMs` of engine time. */
  after(delayMs: number, callback: () => void): Disposable
}

/** The part of an AbortSignal that both the browser's and Node's have. */
export interface Cancellation {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Resolves after `ms` of engine time; rejects with the signal's reason when it aborts first. */
export function delay(clock: Clock, ms: number, signal?: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      timer.dispose()
      reject(signal?.reason)
    }
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
