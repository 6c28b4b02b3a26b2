import type { Probe } from '../../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { ProbeResult } from './probe-target.ts'

export type ProbeType = 'startup' | 'liveness' | 'readiness'

export interface ProbeLoopDeps {
  readonly clock: Clock
  readonly type: ProbeType
  readonly probe: Probe
  /** Engine time until the first probe. */
  readonly firstMs: number
  run(): Promise<ProbeResult>
  /** Every single result, before thresholds. */
  saw(result: ProbeResult): void
  /** The probe's verdict, when it is reached or changes. */
  decided(passed: boolean): void
}

/** Probes one container at its period until a verdict ends it: startup either way, liveness when it failed. */
export class ProbeLoop implements Disposable {
  readonly #deps: ProbeLoopDeps
  #timer: Disposable
  #disposed = false
  #last: boolean | undefined
  #inRow = 0
  #verdict: boolean | undefined

  constructor(deps: ProbeLoopDeps) {
    this.#deps = deps
    this.#timer = deps.clock.after(deps.firstMs, () => void this.#probe())
  }

  dispose(): void {
    this.#disposed = true
    this.#timer.dispose()
  }

  async #probe(): Promise<void> {
    const { clock, probe } = this.#deps
    const startedMs = clock.monotonicMs()
    const result = await this.#deps.run()
    if (this.#disposed) return
    this.#deps.saw(result)
    if (result.kind !== 'error') this.#count(result.kind !== 'failure')
    if (this.#disposed) return
    const periodMs = (probe.periodSeconds || 10) * 1000
    const nextMs = Math.max(0, startedMs + periodMs - clock.monotonicMs())
    this.#timer = clock.after(nextMs, () => void this.#probe())
  }

  #count(passed: boolean): void {
    const { type, probe } = this.#deps
    this.#inRow = this.#last === passed ? this.#inRow + 1 : 1
    this.#last = passed
    const threshold = passed ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3)
    if (this.#inRow < threshold) return
    if (type === 'startup' || (type === 'liveness' && !passed)) this.dispose()
    if (this.#verdict === passed) return
    this.#verdict = passed
    this.#deps.decided(passed)
  }
}
