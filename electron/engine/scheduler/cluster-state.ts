import { isPodTerminal } from '../../../shared/api/pod-state.ts'
import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import type { ClusterView, Surroundings } from './framework.ts'
import { NodeInfo } from './node-info.ts'
import { type PlacedPod, PodIndex } from './pod-index.ts'
import { type PodInfo, podInfo } from './pod-info.ts'

/**
 * What the scheduler believes of nodes and the pods on them.
 * - A pod that it has just placed counts at once (assumed), before its binding is seen in the API.
 * - What the API says replaces what was assumed.
 */
export class ClusterState implements ClusterView {
  readonly #nodes = new Map<string, NodeInfo>()
  /** Pods on nodes that are not known (yet), by node. */
  readonly #homeless = new Map<string, Map<string, Pod>>()
  readonly #placed = new Map<string, string>()
  readonly #imageHolders = new Map<string, number>()
  readonly #nominated = new Map<string, { pod: Pod; node: string }>()
  readonly #surroundings: Surroundings
  readonly #podInfos = new Map<string, PodInfo>()
  #list: readonly NodeInfo[] | undefined
  readonly pods = new PodIndex()
  readonly podsWithAffinity = new Map<string, PlacedPod>()

  constructor(surroundings: Surroundings = NO_SURROUNDINGS) {
    this.#surroundings = surroundings
  }

  get storage() {
    return this.#surroundings.storage
  }

  workloadSelector(pod: Pod) {
    return this.#surroundings.workloadSelector(pod)
  }

  namespaceLabels(namespace: string) {
    return this.#surroundings.namespaceLabels(namespace)
  }

  /** All nodes, in the order in which they came. */
  get nodes(): readonly NodeInfo[] {
    this.#list ??= [...this.#nodes.values()]
    return this.#list
  }

  /** How many nodes have an image of that name. */
  readonly nodesWithImage = (image: string): number => this.#imageHolders.get(image) ?? 0

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name)
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? ''
    const known = this.#nodes.get(name)
    if (known !== undefined) {
      const recount = known.node.status?.images !== node.status?.images
      if (recount) this.#countImages(known, -1)
      known.setNode(node)
      if (recount) this.#countImages(known, 1)
      return
    }
    const info = new NodeInfo(node)
    this.#nodes.set(name, info)
    this.#countImages(info, 1)
    this.#list = undefined
    for (const pod of this.#homeless.get(name)?.values() ?? []) info.add(podInfo(pod))
    this.#homeless.delete(name)
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name)
    if (info === undefined) return
    this.#nodes.delete(name)
    this.#countImages(info, -1)
    this.#list = undefined
    if (info.pods.size > 0) this.#homeless.set(name, new Map([...info.pods].map(([uid, { pod }]) => [uid, pod])))
  }

  /** Counts a pod on the node of its spec; a pod that ended counts nowhere. */
  setPod(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    this.removePod(uid)
    const node = pod.spec?.nodeName
    if (!node || isPodTerminal(pod)) return
    this.#place(pod, uid, node)
  }

  /** Counts a pod that is being bound to `node`. */
  assume(pod: Pod, node: string): void {
    const uid = pod.metadata.uid ?? ''
    this.removePod(uid)
    this.#place(pod, uid, node)
  }

  removePod(uid: string): void {
    const node = this.#placed.get(uid)
    if (node === undefined) return
    this.#placed.delete(uid)
    const info = this.#podInfos.get(uid)
    if (info !== undefined) this.pods.remove(info)
    this.#podInfos.delete(uid)
    this.podsWithAffinity.delete(uid)
    this.#nodes.get(node)?.remove(uid)
    this.#homeless.get(node)?.delete(uid)
  }

  /** Keeps room on the node that a pod waits for; only pods of higher priority may take it. */
  nominate(pod: Pod, node: string): void {
    this.#nominated.set(pod.metadata.uid ?? '', { pod, node })
  }

  dropNomination(uid: string): void {
    this.#nominated.delete(uid)
  }

  /** Counts the nominated pods that `pod` has to make way for while `work` runs. */
  withNominated<T>(pod: PodInfo, work: () => T): T {
    const kept = [...this.#nominated].filter(([uid, { pod: other }]) => {
      return uid !== pod.uid && !this.#placed.has(uid) && (other.spec?.priority ?? 0) >= pod.priority
    })
    for (const [, { pod: other, node }] of kept) this.assume(other, node)
    try {
      return work()
    } finally {
      for (const [uid] of kept) this.removePod(uid)
    }
  }

  isPlaced(uid: string): boolean {
    return this.#placed.has(uid)
  }

  #countImages(info: NodeInfo, sign: 1 | -1): void {
    for (const image of info.imageSizes.keys()) {
      const count = (this.#imageHolders.get(image) ?? 0) + sign
      if (count > 0) this.#imageHolders.set(image, count)
      else this.#imageHolders.delete(image)
    }
  }

  #place(pod: Pod, uid: string, node: string): void {
    this.#placed.set(uid, node)
    const placed = podInfo(pod)
    this.#podInfos.set(uid, placed)
    this.pods.add(placed, node)
    const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
    if (podAffinity ?? podAntiAffinity) this.podsWithAffinity.set(uid, { info: placed, node })
    const info = this.#nodes.get(node)
    if (info !== undefined) info.add(placed)
    else this.#homeless.set(node, (this.#homeless.get(node) ?? new Map<string, Pod>()).set(uid, pod))
  }
}

const NO_SURROUNDINGS: Surroundings = {
  storage: { claim: () => undefined, volume: () => undefined, volumes: () => [], storageClass: () => undefined },
  workloadSelector: () => undefined,
  namespaceLabels: () => ({}),
}
