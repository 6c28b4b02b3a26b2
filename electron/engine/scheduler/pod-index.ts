import { compileLabelSelector } from '../../../shared/api/label-selector.ts'
import type { LabelSelector } from '../../../shared/api/types/meta-v1.ts'
import type { PodInfo } from './pod-info.ts'

export interface PlacedPod {
  readonly info: PodInfo
  readonly node: string
  /** The labels of its node when it was counted; undefined while the node is not known. */
  readonly nodeLabels: Readonly<Record<string, string>> | undefined
}

/**
 * Pods on nodes by namespace and label: who is asked for by a selector is found without looking at all others.
 */
export class PodIndex {
  readonly #byNamespace = new Map<string, Map<string, PlacedPod>>()
  readonly #byLabel = new Map<string, Map<string, PlacedPod>>()
  readonly #byClaim = new Map<string, Map<string, PlacedPod>>()

  get namespaces(): Iterable<string> {
    return this.#byNamespace.keys()
  }

  add(placed: PlacedPod): void {
    const { pod, uid, claims } = placed.info
    const namespace = pod.metadata.namespace ?? ''
    put(this.#byNamespace, namespace, uid, placed)
    const labels = pod.metadata.labels ?? {}
    for (const key in labels) put(this.#byLabel, labelKey(namespace, key, labels[key] as string), uid, placed)
    for (const key of claims) put(this.#byClaim, key, uid, placed)
  }

  remove({ info: { pod, uid, claims } }: PlacedPod): void {
    const namespace = pod.metadata.namespace ?? ''
    take(this.#byNamespace, namespace, uid)
    const labels = pod.metadata.labels ?? {}
    for (const key in labels) take(this.#byLabel, labelKey(namespace, key, labels[key] as string), uid)
    for (const key of claims) take(this.#byClaim, key, uid)
  }

  /** Whether a pod on a node uses the claim. */
  isClaimUsed(key: string): boolean {
    return this.#byClaim.has(key)
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
}

export function labelKey(namespace: string, key: string, value: string): string {
  return `${namespace}\0${key}\0${value}`
}

type Index = Map<string, Map<string, PlacedPod>>

function put(index: Index, key: string, uid: string, placed: PlacedPod): void {
  const known = index.get(key)
  if (known !== undefined) known.set(uid, placed)
  else index.set(key, new Map([[uid, placed]]))
}

function take(index: Index, key: string, uid: string): void {
  const known = index.get(key)
  known?.delete(uid)
  if (known?.size === 0) index.delete(key)
}
