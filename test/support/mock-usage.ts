import { resources } from '../../shared/api/resources.ts'
import type { Node, Pod } from '../../shared/api/types/core-v1.ts'
import type { ContainerUsage } from '../../shared/api/usage.ts'
import {
  type ClusterUsage,
  sumUse,
  type UsageSample,
  type UsageSubject,
  type Use,
} from '../../shared/api/usage-history.ts'
import { Emitter } from '../../shared/lang/emitter.ts'
import type { MockCluster } from './mock-cluster.ts'

const PERIOD_MS = 15_000
const SAMPLES = 240
const MIB = 1024 ** 2

/** What the running pods of a played cluster take: made up from their names, the same at each look. */
export class MockUsage {
  readonly #cluster: MockCluster
  readonly #sampled = new Emitter<number>()
  /** What tests have pods take from a sample on, by the pod's name. */
  readonly #told = new Map<string, { readonly from: number; readonly use: Use }>()
  #last = Date.now()

  readonly onSampled = this.#sampled.event

  constructor(cluster: MockCluster) {
    this.#cluster = cluster
  }

  /** One more sample, in which these pods take so much. */
  sample(uses: Readonly<Record<string, Use>> = {}): void {
    this.#last += PERIOD_MS
    for (const [name, use] of Object.entries(uses)) this.#told.set(name, { from: this.#last, use })
    this.#sampled.emit(this.#last)
  }

  now(): ClusterUsage {
    const pods = this.#pods()
    const uses = pods.map((pod) => ({ pod, use: sumUse(this.#containers(pod, this.#last)) }))
    return {
      at: this.#last,
      pods: uses.map(({ pod, use }) => ({ uid: pod.metadata.uid ?? '', ...use })),
      nodes: (this.#cluster.list(resources.nodes) as Node[]).map(({ metadata: { name = '' } }) => ({
        name,
        ...sumUse(uses.flatMap(({ pod, use }) => (pod.spec?.nodeName === name ? [use] : []))),
      })),
    }
  }

  of(subject: UsageSubject): UsageSample[] {
    const pods = this.#pods().filter(({ metadata, spec }) =>
      subject.kind === 'pod'
        ? metadata.uid === subject.uid
        : subject.kind === 'cluster' || spec?.nodeName === subject.name,
    )
    if (pods.length === 0) return []
    return Array.from({ length: SAMPLES }, (_, index) => {
      const at = this.#last - (SAMPLES - 1 - index) * PERIOD_MS
      const containers = pods.flatMap((pod) => this.#containers(pod, at))
      return { at, ...sumUse(containers), ...(subject.kind === 'pod' ? { containers } : {}) }
    })
  }

  #pods(): Pod[] {
    return (this.#cluster.list(resources.pods) as Pod[]).filter(
      ({ status }) => status?.phase === 'Running' && status.containerStatuses?.some(({ state }) => state?.running),
    )
  }

  #containers({ metadata, spec }: Pod, at: number): ContainerUsage[] {
    const told = this.#told.get(metadata.name ?? '')
    return (spec?.containers ?? []).map(({ name }, index) => {
      // The first container is the one that works.
      if (told === undefined || at < told.from) {
        const { cpuMillis, memoryBytes } = madeUp(`${metadata.name}/${name}`, at)
        return index === 0
          ? { name, cpuMillis, memoryBytes }
          : { name, cpuMillis: cpuMillis / 5, memoryBytes: memoryBytes / 4 }
      }
      return { name, ...(index === 0 ? told.use : { cpuMillis: 0, memoryBytes: 0 }) }
    })
  }
}

/** A quiet container with a wave, some noise and a burst now and then; its memory grows and is given back. */
function madeUp(name: string, at: number): Use {
  const seed = fraction(hash(name))
  const step = Math.floor(at / PERIOD_MS)
  const noise = fraction(hash(`${name} ${step}`))
  const wave = 1 + 0.4 * Math.sin(step / (14 + 20 * seed) + seed * 6)
  const burst = fraction(hash(`${name} ${Math.floor(step / 12)}`)) > 0.9 ? 2.4 : 1
  const growth = ((step + Math.floor(seed * 90)) % 90) / 90
  return {
    cpuMillis: (4 + seed * seed * 70) * wave * burst * (0.85 + 0.3 * noise),
    memoryBytes: (18 + seed * 150) * (1 + 0.25 * growth + 0.02 * noise) * MIB,
  }
}

function hash(text: string): number {
  let value = 2_166_136_261
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 16_777_619)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 12)) >>> 0
}

function fraction(value: number): number {
  return value / 2 ** 32
}
