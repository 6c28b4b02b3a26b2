/**
 * What pods use, sampled once for all who ask.
 * - One sample every 15 s of engine time: nothing runs in between, on the engine neither.
 * - A rate needs two samples of the same container; a restarted one has none yet. Where a sample finds new ones, the
 *   next comes early, once.
 * - The newest usage of a pod is kept for as long as it has a running container.
 */
import type { ContainerCounters, ContainerUsage, PodUsage } from '../../../shared/api/usage.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import { Emitter } from '../../../shared/lang/emitter.ts'
import type { Logger } from '../../../shared/lang/logger.ts'

export interface UsageSamplerDeps {
  /** The counters of every running container of the cluster. */
  readonly counters: () => Promise<readonly ContainerCounters[]>
  readonly clock: Clock
  readonly logger: Logger
}

const PERIOD_MS = 15_000
/** The first rate of a container comes early. */
const FIRST_PERIOD_MS = 5000

interface Sample {
  readonly at: number
  readonly counters: ReadonlyMap<string, ContainerCounters>
}

export class UsageSampler implements Disposable {
  readonly #deps: UsageSamplerDeps
  readonly #newest = new Map<string, PodUsage>()
  readonly #sampled = new Emitter<number>()
  #last: Sample | undefined
  #isEarly = false
  #timer: Disposable | undefined
  #disposed = false

  /** After each sample that told usages: its time, in milliseconds since 1970. */
  readonly onSampled = this.#sampled.event

  constructor(deps: UsageSamplerDeps) {
    this.#deps = deps
  }

  start(): void {
    void this.#sample()
  }

  /** The newest usage of each pod that has been seen twice. */
  pods(): readonly PodUsage[] {
    return [...this.#newest.values()]
  }

  dispose(): void {
    this.#disposed = true
    this.#timer?.dispose()
    this.#sampled.dispose()
  }

  async #sample(): Promise<void> {
    const { clock, logger } = this.#deps
    const before = this.#last
    try {
      const counters = await this.#deps.counters()
      this.#isEarly = !this.#isEarly && counters.some(({ id }) => !before?.counters.has(id))
      this.#take({ at: clock.monotonicMs(), counters: new Map(counters.map((one) => [one.id, one])) })
    } catch (error) {
      this.#isEarly = false
      logger.debug({ err: error }, 'usage is not known this time')
    }
    if (!this.#disposed)
      this.#timer = clock.after(this.#isEarly ? FIRST_PERIOD_MS : PERIOD_MS, () => void this.#sample())
  }

  #take(sample: Sample): void {
    const before = this.#last
    this.#last = sample
    const living = new Set([...sample.counters.values()].map(({ pod }) => pod.uid))
    for (const uid of this.#newest.keys()) if (!living.has(uid)) this.#newest.delete(uid)
    if (before === undefined || sample.at <= before.at) return
    const now = this.#deps.clock.now()
    for (const usage of usagesBetween(before, sample, now)) this.#newest.set(usage.uid, usage)
    this.#sampled.emit(now)
  }
}

function usagesBetween(before: Sample, after: Sample, now: number): PodUsage[] {
  const windowMs = after.at - before.at
  const pods = new Map<string, { of: ContainerCounters; containers: ContainerUsage[] }>()
  for (const [id, counters] of after.counters) {
    const former = before.counters.get(id)
    if (former === undefined) continue
    const usedNanos = Number(counters.cpuNanos - former.cpuNanos)
    const usage = {
      name: counters.container,
      cpuMillis: Math.max(0, usedNanos / windowMs / 1000),
      memoryBytes: counters.memoryBytes,
    }
    const pod = pods.get(counters.pod.uid) ?? { of: counters, containers: [] }
    pod.containers.push(usage)
    pods.set(counters.pod.uid, pod)
  }
  return [...pods.values()].map(({ of, containers }) => ({ ...of.pod, at: now, windowMs, containers }))
}
