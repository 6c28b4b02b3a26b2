import type { PodUsage } from '../../../shared/api/usage.ts'
import {
  type ClusterUsage,
  sumUsages,
  sumUse,
  type UsageSample,
  type UsageSubject,
} from '../../../shared/api/usage-history.ts'
import { type Disposable, DisposableStore } from '../../../shared/lang/disposable.ts'
import { Emitter, type Event } from '../../../shared/lang/emitter.ts'

export interface UsageHistoryDeps {
  readonly sampler: {
    readonly onSampled: Event<number>
    pods(): readonly PodUsage[]
  }
  /** The nodes there are now. */
  nodeNames(): readonly string[]
}

const HISTORY_MS = 3_600_000

/**
 * The last hour of samples, for people to look at.
 * - A pod's hour outlives its containers: what a crash came from is what one wants to see.
 * - Nodes and the cluster are summed sample by sample, so that they keep what pods took that are gone.
 * - A node is a part of the machine: it takes what its pods take, nothing where it has none.
 */
export class UsageHistory implements Disposable {
  readonly #deps: UsageHistoryDeps
  readonly #changed = new Emitter<number>()
  readonly #subscriptions = new DisposableStore()
  readonly #pods = new Map<string, PodUsage[]>()
  readonly #nodes = new Map<string, UsageSample[]>()
  readonly #cluster: UsageSample[] = []

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
        return (this.#pods.get(subject.uid) ?? []).map(podSample)
      case 'node':
        return [...(this.#nodes.get(subject.name) ?? [])]
      case 'cluster':
        return [...this.#cluster]
    }
  }

  dispose(): void {
    this.#subscriptions.dispose()
  }

  #take(at: number): void {
    const usages = this.#deps.sampler.pods()
    const names = new Set(this.#deps.nodeNames())
    const byNode = Map.groupBy(usages, ({ node }) => node)
    for (const usage of usages) if (usage.at === at) listOf(this.#pods, usage.uid).push(usage)
    for (const name of this.#nodes.keys()) if (!names.has(name)) this.#nodes.delete(name)
    for (const name of names) listOf(this.#nodes, name).push({ at, ...sumUsages(byNode.get(name) ?? []) })
    this.#cluster.push({ at, ...sumUsages(usages) })
    for (const hour of [...this.#pods.values(), ...this.#nodes.values(), this.#cluster]) forget(hour, at - HISTORY_MS)
    for (const [uid, hour] of this.#pods) if (hour.length === 0) this.#pods.delete(uid)
    this.#changed.emit(at)
  }
}

function podSample({ at, containers }: PodUsage): UsageSample {
  return { at, ...sumUse(containers), containers }
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key)
  if (list === undefined) {
    list = []
    lists.set(key, list)
  }
  return list
}

/** Drops what is as old as `before` from the front. */
function forget(hour: { readonly at: number }[], before: number): void {
  const kept = hour.findIndex(({ at }) => at > before)
  hour.splice(0, kept < 0 ? hour.length : kept)
}
