import type { KubeObject } from '../../../shared/api/object.ts'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../../shared/api/types/meta-v1.ts'
import type { CSINode, StorageClass } from '../../../shared/api/types/storage-v1.ts'
import type { AffinityTerms } from './affinity-terms.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodCounts } from './pod-counts.ts'
import type { PodIndex } from './pod-index.ts'
import type { PodInfo } from './pod-info.ts'

/** The highest score a plugin may give a node (framework.MaxNodeScore). */
export const MAX_NODE_SCORE = 100

/**
 * Why a pod does not fit a node. `reasons` are counted over nodes into the FailedScheduling event. `resolvable` says
 * whether removing other pods could help: false leads preemption to pass the node over.
 */
export interface Misfit {
  readonly reasons: readonly string[]
  readonly resolvable: boolean
}

/** A change in the cluster that may let a rejected pod fit. The pods are those on nodes. */
export type ClusterEvent =
  | { readonly type: 'NodeAdded'; readonly node: Node }
  | { readonly type: 'NodeUpdated'; readonly node: Node; readonly before: Node; readonly labelsChanged: boolean }
  | { readonly type: 'NodeDeleted'; readonly node: Node }
  | { readonly type: 'PodDeleted'; readonly pod: PodInfo }
  | { readonly type: 'PodUpdated'; readonly pod: PodInfo; readonly before: PodInfo }
  | { readonly type: 'PodAdded'; readonly pod: PodInfo }
  /** A claim, a volume, a storage class or what drivers say of a node came or changed. */
  | { readonly type: 'StorageChanged'; readonly object: KubeObject }

/** Claims by key; volumes and all else by name. */
export interface StorageView {
  claim(key: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  volumes(): readonly PersistentVolume[]
  storageClass(name: string): StorageClass | undefined
  /** What storage drivers said of a node. */
  csiNode(name: string): CSINode | undefined
}

/** What rules read of the cluster beside nodes and pods. */
export interface Surroundings {
  readonly storage: StorageView
  /** What the Services and the workload of a pod select; undefined when it has none. */
  workloadSelector(pod: Pod): LabelSelector | undefined
  namespaceLabels(namespace: string): Readonly<Record<string, string>>
}

/** All nodes and what is known of them together. */
export interface ClusterView extends Surroundings {
  node(name: string): NodeInfo | undefined
  /** The pods on nodes. */
  readonly pods: PodIndex
  /** How many of them are in each domain. */
  readonly podCounts: PodCounts
  /** Which others they want near or away. */
  readonly affinityTerms: AffinityTerms
  readonly nodes: readonly NodeInfo[]
  /** How many nodes have each value of a topology key. */
  domains(topologyKey: string): ReadonlyMap<string, number>
  /** How many nodes have the label. */
  nodesLabelled(key: string): number
  /** How many nodes have an image of that name. */
  nodesWithImage(image: string): number
}

/** Something a plugin computed once for the pod under scheduling and reads again per node. */
export type CycleState = unknown

/**
 * One scheduling rule. All functions are pure, synchronous and called for one pod at a time.
 * - `admits`: false keeps the pod out of the queue until it changes (PreEnqueue).
 * - `skips`: answers true when the rule has nothing to say about the pod; it is then asked nothing more in this cycle.
 * - `prepare`: runs once per pod; answers its state for the later calls, or a Misfit that rejects the pod everywhere.
 * - `filter`: undefined lets the node through.
 * - `readsPods`: whether what it prepared depends on pods, so that it must be prepared anew to judge the pod without some.
 * - `scores`: false when the rule would score every node alike for this pod; absent: it scores.
 * - `score`: any number of one scale; `normalize` brings the scores of all nodes to 0..MAX_NODE_SCORE.
 * - `wakesOn`: whether the event may let a pod that this rule rejected fit; absent: no event does.
 */
export interface SchedulingPlugin {
  readonly name: string
  /** Its share in the sum of scores; 0 when it only filters. */
  readonly weight: number
  admits?(pod: Pod): boolean
  skips?(pod: PodInfo): boolean
  prepare?(pod: PodInfo, cluster: ClusterView): CycleState | RejectedEverywhere
  filter?(pod: PodInfo, node: NodeInfo, state: CycleState): Misfit | undefined
  readsPods?(pod: PodInfo, state: CycleState): boolean
  scores?(pod: PodInfo, state: CycleState): boolean
  score?(pod: PodInfo, node: NodeInfo, state: CycleState): number
  normalize?(scores: number[]): void
  wakesOn?(pod: PodInfo, event: ClusterEvent): boolean
}

/** A rejection that no node can change. */
export class RejectedEverywhere {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** helper.DefaultNormalizeScore: the highest raw score becomes MAX_NODE_SCORE; reversed, the lowest does. */
export function normalizeByMaximum(scores: number[], reverse: boolean): void {
  let maximum = 0
  for (const score of scores) maximum = Math.max(maximum, score)
  for (const [index, score] of scores.entries()) {
    const share = maximum === 0 ? 0 : Math.floor((score * MAX_NODE_SCORE) / maximum)
    scores[index] = reverse ? MAX_NODE_SCORE - share : share
  }
}
