import { isDeepStrictEqual } from 'node:util'
import { isPodTerminal } from '../../../shared/api/pod-state.ts'
import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import { AffinityTerms } from './affinity-terms.ts'
import type { ClusterView, Surroundings } from './framework.ts'
import { NodeInfo } from './node-info.ts'
import { Nominations } from './nominations.ts'
import { addTo, PodCounts } from './pod-counts.ts'
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
  readonly #homeless = new Map<string, Map<string, PodInfo>>()
  readonly #placed = new Map<string, PlacedPod>()
  readonly #freeSlots: number[] = []
  readonly #imageHolders = new Map<string, number>()
  readonly #domains = new Map<string, ReadonlyMap<string, number>>()
  readonly #labelled = new Map<string, number>()
  readonly #surroundings: Surroundings
  #list: readonly NodeInfo[] | undefined
  readonly pods = new PodIndex()
  readonly podCounts = new PodCounts(this.pods)
  readonly affinityTerms = new AffinityTerms()
  readonly nominations = new Nominations((node) => this.#nodes.get(node)?.touch())

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

  domains(topologyKey: string): ReadonlyMap<string, number> {
    const known = this.#domains.get(topologyKey)
    if (known !== undefined) return known
    const domains = new Map<string, number>()
    for (const { labels } of this.nodes) addTo(domains, labels[topologyKey], 1)
    this.#domains.set(topologyKey, domains)
    return domains
  }

  nodesLabelled(key: string): number {
    const known = this.#labelled.get(key)
    if (known !== undefined) return known
    let count = 0
    for (const nodes of this.domains(key).values()) count += nodes
    this.#labelled.set(key, count)
    return count
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? ''
    const known = this.#nodes.get(name)
    if (known !== undefined) {
      const recount = known.node.status?.images !== node.status?.images
      if (recount) this.#countImages(known, -1)
      const moved = !isDeepStrictEqual(known.labels, node.metadata.labels ?? {})
      known.setNode(node)
      if (recount) this.#countImages(known, 1)
      if (moved) this.#nodeMoved(known.pods.keys())
      return
    }
    const info = new NodeInfo(node, this.#freeSlots.pop() ?? this.#nodes.size)
    this.#nodes.set(name, info)
    this.#countImages(info, 1)
    this.#list = undefined
    for (const pod of this.#homeless.get(name)?.values() ?? []) info.add(pod)
    this.#homeless.delete(name)
    this.#nodeMoved(info.pods.keys())
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name)
    if (info === undefined) return
    this.#nodes.delete(name)
    this.#freeSlots.push(info.slot)
    this.#countImages(info, -1)
    this.#list = undefined
    if (info.pods.size > 0) this.#homeless.set(name, new Map(info.pods))
    this.#nodeMoved(info.pods.keys())
  }

  /** Counts a pod on the node of its spec; a pod that ended counts nowhere. */
  setPod(pod: Pod): void {
    const node = pod.spec?.nodeName
    if (!node || isPodTerminal(pod)) this.removePod(pod.metadata.uid ?? '')
    else this.assume(pod, node)
  }

  /** Counts a pod that is being bound to `node`. */
  assume(pod: Pod, node: string): void {
    const info = podInfo(pod)
    this.removePod(info.uid)
    this.#enter(info, node)
    const home = this.#nodes.get(node)
    if (home !== undefined) home.add(info)
    else this.#homeless.set(node, (this.#homeless.get(node) ?? new Map<string, PodInfo>()).set(info.uid, info))
  }

  removePod(uid: string): void {
    const placed = this.#placed.get(uid)
    if (placed === undefined) return
    this.#leave(placed)
    this.#nodes.get(placed.node)?.remove(uid)
    const homeless = this.#homeless.get(placed.node)
    homeless?.delete(uid)
    if (homeless?.size === 0) this.#homeless.delete(placed.node)
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

  /** The node's pods are in other domains now. */
  #nodeMoved(uids: Iterable<string>): void {
    this.#domains.clear()
    this.#labelled.clear()
    for (const uid of [...uids]) {
      const placed = this.#placed.get(uid)
      if (placed === undefined) continue
      this.#leave(placed)
      this.#enter(placed.info, placed.node)
    }
  }

  #enter(info: PodInfo, node: string): void {
    const placed = { info, node, nodeLabels: this.#nodes.get(node)?.labels }
    this.#placed.set(info.uid, placed)
    this.pods.add(placed)
    this.podCounts.add(placed)
    this.affinityTerms.add(placed)
  }

  #leave(placed: PlacedPod): void {
    this.#placed.delete(placed.info.uid)
    this.pods.remove(placed)
    this.podCounts.remove(placed)
    this.affinityTerms.remove(placed)
  }
}

/** Nothing but nodes and pods. */
export const NO_SURROUNDINGS: Surroundings = {
  storage: {
    claim: () => undefined,
    volume: () => undefined,
    volumes: () => [],
    storageClass: () => undefined,
    csiNode: () => undefined,
  },
  workloadSelector: () => undefined,
  namespaceLabels: () => ({}),
}
