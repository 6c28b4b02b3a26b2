import { canonicalText, parseQuantity, quantityValue } from '../../../../shared/api/quantity.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import { podSpec } from '../pod-containers.ts'
import type { PodRuntime } from '../pod-runtime.ts'

/** --volume-stats-agg-period. */
const PERIOD_MS = 60_000
/** system-cluster-critical and above is never evicted. */
const CRITICAL = 2_000_000_000

export interface SizeLimitDeps {
  readonly runtime: Pick<PodRuntime, 'volumeUsage'>
  readonly clock: Clock
  readonly logger: Logger
}

interface Limit {
  readonly volume: string
  readonly bytes: number
  readonly text: string
}

/**
 * Evicts a pod whose `emptyDir` volume holds more than its `sizeLimit`. Pods without such a limit cost nothing; those in
 * memory are bounded by their file system.
 */
export class SizeLimits implements Disposable {
  readonly #deps: SizeLimitDeps
  readonly #onExceeded: (message: string) => void
  #timer: Disposable | undefined
  #pod: Pod | undefined

  /** `onExceeded` is told once what the eviction's event says. */
  constructor(deps: SizeLimitDeps, onExceeded: (message: string) => void) {
    this.#deps = deps
    this.#onExceeded = onExceeded
  }

  /** `isRunning`: the pod has its sandbox, and is not about to end. */
  sync(pod: Pod, isRunning: boolean): void {
    this.#pod = pod
    if (!isRunning) this.dispose()
    else if (this.#timer === undefined && limitsOf(pod).length > 0) this.#wait()
  }

  dispose(): void {
    this.#timer?.dispose()
    this.#timer = undefined
  }

  #wait(): void {
    this.#timer = this.#deps.clock.after(PERIOD_MS, () => void this.#look())
  }

  async #look(): Promise<void> {
    const timer = this.#timer
    const pod = this.#pod
    const exceeded = pod && (await this.#exceeded(pod))
    // It has ended meanwhile, or even begun anew.
    if (this.#timer !== timer) return
    if (exceeded === undefined) return this.#wait()
    this.#onExceeded(
      `Usage of EmptyDir volume ${JSON.stringify(exceeded.volume)} exceeds the limit "${exceeded.text}". `,
    )
  }

  async #exceeded(pod: Pod): Promise<Limit | undefined> {
    try {
      for (const limit of limitsOf(pod)) {
        const bytes = await this.#deps.runtime.volumeUsage(pod.metadata.uid ?? '', limit.volume)
        if (bytes > limit.bytes) return limit
      }
    } catch (error) {
      // Unknown is not too much: the next look may tell.
      this.#deps.logger.debug({ err: error, pod: pod.metadata.name }, 'the use of a volume is not known')
    }
    return undefined
  }
}

function limitsOf(pod: Pod): Limit[] {
  const { volumes = [], priority = 0 } = podSpec(pod)
  if (priority >= CRITICAL) return []
  return volumes.flatMap(({ name, emptyDir }) => {
    if (!emptyDir?.sizeLimit || emptyDir.medium === 'Memory') return []
    const limit = parseQuantity(emptyDir.sizeLimit)
    const bytes = quantityValue(limit)
    return bytes > 0 ? [{ volume: name, bytes, text: canonicalText(limit) }] : []
  })
}
