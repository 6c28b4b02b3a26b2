import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { ObservedPod, PodRuntime } from './pod-runtime.ts'

const RESYNC_MS = 60_000
const RETRY_MS = 1000

export interface EngineListerDeps {
  readonly runtime: Pick<PodRuntime, 'list'>
  readonly clock: Clock
  readonly logger: Logger
  listed(pods: readonly ObservedPod[]): void
  /** Called with every change: whether the engine answers. */
  available(isAvailable: boolean): void
}

/** Lists all that the engine holds: when asked, slowly by itself, and every second while the engine is away. */
export class EngineLister implements Disposable {
  readonly #deps: EngineListerDeps
  #next: Disposable | undefined
  #listing = false
  #isAway = false
  #disposed = false

  constructor(deps: EngineListerDeps) {
    this.#deps = deps
  }

  async list(): Promise<void> {
    if (this.#listing || this.#disposed) return
    this.#listing = true
    this.#next?.dispose()
    try {
      const pods = await this.#deps.runtime.list()
      this.#note(true)
      if (!this.#disposed) this.#deps.listed(pods)
    } catch (error) {
      this.#note(false, error)
    }
    this.#listing = false
    if (!this.#disposed) {
      this.#next = this.#deps.clock.after(this.#isAway ? RETRY_MS : RESYNC_MS, () => void this.list())
    }
  }

  dispose(): void {
    this.#disposed = true
    this.#next?.dispose()
  }

  #note(isAvailable: boolean, error?: unknown): void {
    const { logger, available } = this.#deps
    if (this.#disposed || isAvailable !== this.#isAway) return
    this.#isAway = !isAvailable
    if (isAvailable) logger.info({}, 'the engine answers again')
    else logger.warn({ err: error }, 'the engine cannot be listed; trying every second')
    available(isAvailable)
  }
}
