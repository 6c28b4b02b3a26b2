import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'

export interface CatchUpDeps {
  readonly clock: Clock
  /** Many changes within this time become one. */
  readonly coalesceMs: number
  /** Brings the other side up to date; false when something is left to do. Does not reject. */
  readonly apply: () => Promise<boolean>
}

const RETRY_MS = 1000

/** Keeps another side up to date with what changes here: one run at a time, always with the newest, until it succeeds. */
export class CatchUp implements Disposable {
  readonly #deps: CatchUpDeps
  #scheduled: Disposable | undefined
  #isApplying = false
  #isDirty = false
  #isDisposed = false

  constructor(deps: CatchUpDeps) {
    this.#deps = deps
  }

  /** Something changed: applies soon. */
  changed(delayMs = this.#deps.coalesceMs): void {
    if (this.#isDisposed) return
    if (this.#isApplying) {
      this.#isDirty = true
      return
    }
    this.#scheduled ??= this.#deps.clock.after(delayMs, () => {
      this.#scheduled = undefined
      void this.#apply()
    })
  }

  dispose(): void {
    this.#isDisposed = true
    this.#scheduled?.dispose()
  }

  async #apply(): Promise<void> {
    this.#isApplying = true
    this.#isDirty = false
    const isComplete = await this.#deps.apply()
    this.#isApplying = false
    if (!isComplete) this.changed(RETRY_MS)
    else if (this.#isDirty) this.changed()
  }
}
