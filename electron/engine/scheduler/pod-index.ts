import { compileLabelSelector } from '../../../shared/api/label-selector.ts'
import type { LabelSelector } from '../../../shared/api/types/meta-v1.ts'
import type { PodInfo } from './pod-info.ts'

export interface PlacedPod {
  readonly info: PodInfo
  readonly node: string
}

/**
 * Pods on nodes by namespace and label: who is asked for by a selector is found without looking at all others.
 */
export class PodIndex {
  readonly #byNamespace = new Map<string, Map<string, PlacedPod>>()
  readonly #byLabel = new Map<string, Map<string, PlacedPod>>()

  get namespaces(): Iterable<string> {
    return this.#byNamespace.keys()
  }

  add(info: PodInfo, node: string): void {
    const placed = { info, node }
    for (const map of this.#mapsOf(info, true)) map.set(info.uid, placed)
  }

  remove(info: PodInfo): void {
    for (const map of this.#mapsOf(info, false)) map.delete(info.uid)
  }

  /** The pods of a namespace that the selector chooses. */
  *find(namespace: string, selector: LabelSelector | undefined, matcher = compileLabelSelector(selector)) {
    for (const placed of this.#candidates(namespace, selector)) {
      if (matcher(placed.info.pod.metadata.labels)) yield placed
    }
  }

  #candidates(namespace: string, selector: LabelSelector | undefined): Iterable<PlacedPod> {
    const [first] = Object.entries(selector?.matchLabels ?? {})
    const found = first ? this.#byLabel.get(labelKey(namespace, ...first)) : this.#byNamespace.get(namespace)
    return found?.values() ?? []
  }

  *#mapsOf({ pod }: PodInfo, make: boolean): Iterable<Map<string, PlacedPod>> {
    const namespace = pod.metadata.namespace ?? ''
    yield* entryOf(this.#byNamespace, namespace, make)
    for (const [key, value] of Object.entries(pod.metadata.labels ?? {}))
      yield* entryOf(this.#byLabel, labelKey(namespace, key, value), make)
  }
}

function labelKey(namespace: string, key: string, value: string): string {
  return `${namespace}\0${key}\0${value}`
}

function entryOf(index: Map<string, Map<string, PlacedPod>>, key: string, make: boolean): Map<string, PlacedPod>[] {
  const known = index.get(key)
  if (known !== undefined) return [known]
  if (!make) return []
  const map = new Map<string, PlacedPod>()
  index.set(key, map)
  return [map]
}
