import type { PodUsage } from '../../../shared/api/usage.ts'
import {
  type ClusterUsage,
  sumUse,
  type UsageSample,
  type UsageSubject,
  type Use,
} from '../../../shared/api/usage-history.ts'
import { type Disposable, DisposableStore } from '../../../shared/lang/disposable.ts'
import { Emitter, type Event } from '../../../shared/lang/emitter.ts'

export interface UsageHistoryDeps {
  readonly sampler: {
    readonly onSampled: Event<number>
    pods(): readonly PodUsage[]
    history(uid: string): readonly PodUsage[]
  }
  /** The nodes there are now. */
  nodeNames(): readonly string[]
}

const HISTORY_MS = 3_600_000

/**
 * What people are shown of the samples.
 * - A pod's hour is the sampler's; those of nodes and of the cluster are summed here, sample by sample, so that they
 *   keep what pods took that are gone.
 * - A node is a part of the machine: it takes what its pods take, nothing where it has none.
 */
export class UsageHistory implements Disposable {
  readonly #deps: UsageHistoryDeps
  readonly #changed = new Emitter<number>()
  readonly #subscriptions = new DisposableStore()
  readonly #nodes = new Map<string, readonly UsageSample[]>()
  #cluster: readonly UsageSample[] = []

  /** After each sample: its time. */
  readonly onSampled = this.#changed.event

  constructor(deps: UsageHistoryDeps) {
    this.#deps = deps
    this.#subscriptions.add(deps.sampler.onSampled((at) => this.#take(at)))
    this.#subscriptions.add(this.#changed)
  }

  now(): ClusterUsage {
    const at = this.#cluster.at(-1)?.at
    return {
      ...(at === undefined ? {} : { at }),
      pods: this.#deps.sampler.pods().map(({ uid, containers }) => ({ uid, ...sumUse(containers) })),
      nodes: [...this.#nodes].flatMap(([name, samples]) => {
        const last = samples.at(-1)
        return last === undefined ? [] : [{ name, cpuMillis: last.cpuMillis, memoryBytes: last.memoryBytes }]
      }),
    }
  }

  /** The last hour, oldest first. */
  of(subject: UsageSubject): readonly UsageSample[] {
    switch (subject.kind) {
      case 'pod':
        return this.#deps.sampler.history(subject.uid).map(podSample)
      case 'node':
        return this.#nodes.get(subject.name) ?? []
      case 'cluster':
        return this.#cluster
    }
  }

  dispose(): void {
    this.#subscriptions.dispose()
  }

  #take(at: number): void {
    const usages = this.#deps.sampler.pods()
    const names = this.#deps.nodeNames()
    for (const name of this.#nodes.keys()) if (!names.includes(name)) this.#nodes.delete(name)
    for (const name of names) {
      const here = usages.filter(({ node }) => node === name)
      this.#nodes.set(name, withSample(this.#nodes.get(name) ?? [], { at, ...sumUsages(here) }))
    }
    this.#cluster = withSample(this.#cluster, { at, ...sumUsages(usages) })
    this.#changed.emit(at)
  }
}

function podSample({ at, containers }: PodUsage): UsageSample {
  return { at, ...sumUse(containers), containers }
}

function sumUsages(usages: readonly PodUsage[]): Use {
  return sumUse(usages.flatMap(({ containers }) => containers))
}

function withSample(samples: readonly UsageSample[], sample: UsageSample): readonly UsageSample[] {
  return [...samples.filter(({ at }) => at > sample.at - HISTORY_MS), sample]
}
