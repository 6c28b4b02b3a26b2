import { type Disposable, toDisposable } from '../../shared/lang/disposable.ts'

/** Runs a callback once before the next paint, or soon in a page that does not paint. */
export type ScheduleFrame = (callback: () => void) => Disposable

/** A hidden page has no frames: its changes are applied at this pace. */
const HIDDEN_PACE_MS = 250

export const scheduleFrame: ScheduleFrame = (callback) => {
  if (document.visibilityState === 'hidden') {
    const timer = setTimeout(callback, HIDDEN_PACE_MS)
    return toDisposable(() => clearTimeout(timer))
  }
  const frame = requestAnimationFrame(callback)
  return toDisposable(() => cancelAnimationFrame(frame))
}
