import { compileLabelSelector } from '../../../shared/api/label-selector.ts'
import type { LabelSelector } from '../../../shared/api/types/meta-v1.ts'
import { labelKey, type PlacedPod, type PodIndex } from './pod-index.ts'

/** How many pods there are by a topology key's value; a value without pods is not in it. */
export type CountsByValue = ReadonlyMap<string, number>

export interface CountedPods {
  readonly namespace: string
  readonly selector: LabelSelector | undefined
  readonly topologyKey: string
  /** Whether pods that are being deleted count. */
  readonly leaving: boolean
}

interface Question extends CountedPods {
  readonly key: string
  readonly bucket: string
  readonly matches: (labels: Readonly<Record<string, string>> | undefined) => boolean
  readonly counts: Map<string, number>
}

/** So many questions are kept up to date; the one that was not asked for longest is forgotten. */
const MAX_QUESTIONS = 1000

/**
 * Counts of pods per domain, for questions that rules ask again for each pod of a workload.
 * - Counted once when first asked, then kept up to date pod by pod.
 * - A pod that comes or goes touches only questions about one of its labels.
 */
export class PodCounts {
  readonly #pods: PodIndex
  readonly #questions = new Map<string, Question>()
  readonly #buckets = new Map<string, Set<Question>>()

  constructor(pods: PodIndex) {
    this.#pods = pods
  }

  /** Stays true until the next pod or node changes. */
  of(asked: CountedPods): CountsByValue {
    const key = JSON.stringify([asked.namespace, asked.topologyKey, asked.leaving, asked.selector])
    const known = this.#questions.get(key) ?? this.#begin(key, asked)
    this.#questions.delete(key)
    this.#questions.set(key, known)
    return known.counts
  }

  add(placed: PlacedPod): void {
    this.#count(placed, 1)
  }

  remove(placed: PlacedPod): void {
    this.#count(placed, -1)
  }

  #begin(key: string, asked: CountedPods): Question {
    const [first] = Object.entries(asked.selector?.matchLabels ?? {})
    const bucket = first ? labelKey(asked.namespace, ...first) : asked.namespace
    const question = { ...asked, key, bucket, matches: compileLabelSelector(asked.selector), counts: new Map() }
    for (const placed of this.#pods.find(asked.namespace, asked.selector, question.matches)) tally(question, placed, 1)
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? new Set()).add(question))
    const oldest = this.#questions.values().next().value
    if (oldest !== undefined && this.#questions.size >= MAX_QUESTIONS) this.#forget(oldest)
    return question
  }

  #forget(question: Question): void {
    this.#questions.delete(question.key)
    const bucket = this.#buckets.get(question.bucket)
    bucket?.delete(question)
    if (bucket?.size === 0) this.#buckets.delete(question.bucket)
  }

  #count(placed: PlacedPod, sign: 1 | -1): void {
    if (this.#questions.size === 0) return
    const { labels = {}, namespace = '' } = placed.info.pod.metadata
    this.#countIn(namespace, placed, sign)
    for (const key in labels) this.#countIn(labelKey(namespace, key, labels[key] as string), placed, sign)
  }

  #countIn(bucket: string, placed: PlacedPod, sign: 1 | -1): void {
    for (const question of this.#buckets.get(bucket) ?? []) {
      if (question.matches(placed.info.pod.metadata.labels)) tally(question, placed, sign)
    }
  }
}

function tally({ topologyKey, leaving, counts }: Question, { info, nodeLabels }: PlacedPod, sign: 1 | -1): void {
  if (!leaving && info.pod.metadata.deletionTimestamp !== undefined) return
  addTo(counts, nodeLabels?.[topologyKey], sign)
}

/** Adds to the count of a value, which leaves the map at zero. */
export function addTo<K>(counts: Map<K, number>, value: K | undefined, amount: number): void {
  if (value === undefined) return
  const count = (counts.get(value) ?? 0) + amount
  if (count === 0) counts.delete(value)
  else counts.set(value, count)
}
