import { isRunning } from './pod-containers.ts'
import type { PodDeps } from './pod-context.ts'
import type { ObservedPod } from './pod-runtime.ts'

/**
 * The stopping of a pod's containers. It goes on beside the pod's worker, so that ends and readiness show while it
 * lasts.
 */
export class Termination {
  readonly #deps: PodDeps
  readonly #onDone: (error: unknown) => void
  #graceMs: number | undefined

  /** `onDone` is called after each termination, with what it failed with. */
  constructor(deps: PodDeps, onDone: (error: unknown) => void) {
    this.#deps = deps
    this.#onDone = onDone
  }

  get isGoingOn(): boolean {
    return this.#graceMs !== undefined
  }

  begin(graceMs: number, stop: () => Promise<void>): void {
    this.#graceMs = graceMs
    const done = (error?: unknown) => {
      this.#graceMs = undefined
      this.#onDone(error)
    }
    stop().then(() => done(), done)
  }

  /** Shortens the grace of what still runs; a longer one changes nothing. */
  hurry(graceMs: number, observed: ObservedPod | undefined): void {
    if (this.#graceMs === undefined || graceMs >= this.#graceMs) return
    this.#graceMs = graceMs
    for (const container of observed?.containers ?? []) {
      if (!isRunning(container)) continue
      this.#deps.runtime.stopContainer(container.id, graceMs).catch((error: unknown) => {
        this.#deps.logger.warn({ err: error, container: container.id }, 'container was not stopped sooner')
      })
    }
  }
}
