import type { HostPort } from '../../../shared/api/host-ports.ts'
import { type Amounts, resourceAmounts } from '../../../shared/api/pod-resources.ts'
import type { Node } from '../../../shared/api/types/core-v1.ts'
import type { PodInfo } from './pod-info.ts'

let changes = 0

/** A node with the sums of what its pods ask for, kept up to date pod by pod. */
export class NodeInfo {
  readonly name: string
  /** A small number that no other node of the cluster has; one that comes later may get it again. */
  readonly slot: number
  #node: Node
  #allocatable: Amounts
  readonly requested: Record<string, number> = {}
  readonly scoringRequested = { cpu: 0, memory: 0 }
  readonly pods = new Map<string, PodInfo>()
  readonly #hostPorts = new Map<string, number>()
  #changes = ++changes
  #imageSizes: ReadonlyMap<string, number> | undefined

  constructor(node: Node, slot: number) {
    this.slot = slot
    this.name = node.metadata.name ?? ''
    this.#node = node
    this.#allocatable = resourceAmounts(node.status?.allocatable)
  }

  get node(): Node {
    return this.#node
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#node.metadata.labels ?? {}
  }

  get allocatable(): Amounts {
    return this.#allocatable
  }

  /** Another number whenever the node or its pods are not what they were; no two nodes ever have the same. */
  get changes(): number {
    return this.#changes
  }

  /** Something that counts for the node is not what it was. */
  touch(): void {
    this.#changes = ++changes
  }

  /** All is again as it was at that number. */
  restored(changes: number): void {
    this.#changes = changes
  }

  setNode(node: Node): void {
    this.#changes = ++changes
    if (node.status?.allocatable !== this.#node.status?.allocatable) {
      this.#allocatable = resourceAmounts(node.status?.allocatable)
    }
    this.#node = node
    this.#imageSizes = undefined
  }

  add(pod: PodInfo): void {
    if (this.pods.has(pod.uid)) return
    this.pods.set(pod.uid, pod)
    this.#count(pod, 1)
  }

  remove(uid: string): void {
    const pod = this.pods.get(uid)
    if (pod === undefined) return
    this.pods.delete(uid)
    this.#count(pod, -1)
  }

  /** True when a pod of the node uses the port on an overlapping address (0.0.0.0 overlaps all). */
  hasPortConflict({ ip, protocol, port }: HostPort): boolean {
    if (this.#hostPorts.size === 0) return false
    if (ip !== '0.0.0.0')
      return this.#hostPorts.has(`${protocol}/${port}/${ip}`) || this.#hostPorts.has(`${protocol}/${port}/0.0.0.0`)
    const prefix = `${protocol}/${port}/`
    for (const used of this.#hostPorts.keys()) if (used.startsWith(prefix)) return true
    return false
  }

  /** Sizes in bytes of the images on the node, by each of their names. */
  get imageSizes(): ReadonlyMap<string, number> {
    this.#imageSizes ??= new Map(
      (this.#node.status?.images ?? []).flatMap((image) =>
        (image.names ?? []).map((name) => [name, image.sizeBytes ?? 0]),
      ),
    )
    return this.#imageSizes
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    this.#changes = ++changes
    for (const [resource, amount] of pod.requestEntries) {
      this.requested[resource] = (this.requested[resource] ?? 0) + sign * amount
    }
    this.scoringRequested.cpu += sign * (pod.scoringRequests.cpu ?? 0)
    this.scoringRequested.memory += sign * (pod.scoringRequests.memory ?? 0)
    for (const { ip, protocol, port } of pod.hostPorts) {
      const key = `${protocol}/${port}/${ip}`
      const count = (this.#hostPorts.get(key) ?? 0) + sign
      if (count > 0) this.#hostPorts.set(key, count)
      else this.#hostPorts.delete(key)
    }
  }
}
