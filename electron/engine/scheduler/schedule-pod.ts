import type { ClusterState } from './cluster-state.ts'
import { countedReasons, fitError } from './fit-error.ts'
import type { ClusterEvent, Misfit, RejectedEverywhere, SchedulingPlugin } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { NodeMemory } from './node-memory.ts'
import { type PreparedPod, preparePod, type Rejection, rejectionOn } from './node-trial.ts'
import { addTo } from './pod-counts.ts'
import type { PodInfo } from './pod-info.ts'

export type Placement =
  | { readonly fits: true; readonly node: NodeInfo }
  | {
      readonly fits: false
      /** FailedScheduling's message, without what it says of preemption. */
      readonly message: string
      /** Those of all nodes, counted: "1 Insufficient cpu, 2 Too many pods". */
      readonly reasons: string
      /** The rules that rejected the pod: their events may wake it. */
      readonly rejectedBy: ReadonlySet<SchedulingPlugin>
      /** Nodes where the pod might fit if others went. */
      readonly preemptible: readonly NodeInfo[]
    }

export interface Search {
  readonly pod: PodInfo
  readonly cluster: ClusterState
  /** Where in `nodes` to begin, so that all nodes get their turn when not all are looked at. */
  readonly startIndex: number
  /** From 0 to 1: breaks ties. */
  readonly random: () => number
  readonly memory?: NodeMemory<Rejection | undefined>
  readonly percentageOfNodesToScore?: number
}

const MINIMUM_FEASIBLE_NODES = 100
const MINIMUM_PERCENTAGE = 5

/** kube-scheduler's percentageOfNodesToScore: in large clusters a good node among many will do; 0: by their number. */
export function feasibleNodesWanted(nodes: number, wished = 0): number {
  if (nodes < MINIMUM_FEASIBLE_NODES) return nodes
  const percentage = wished || Math.max(MINIMUM_PERCENTAGE, 50 - Math.floor(nodes / 125))
  return Math.max(MINIMUM_FEASIBLE_NODES, Math.floor((nodes * percentage) / 100))
}

/** Finds the best node for one pod. Pure: what it answers depends on its arguments only. */
export function schedulePod(
  plugins: readonly SchedulingPlugin[],
  search: Search,
): Placement & { readonly examined: number } {
  const { pod, cluster } = search
  const { nodes } = cluster
  if (nodes.length === 0) {
    const message = 'no nodes available to schedule pods'
    return {
      fits: false,
      message,
      reasons: message,
      rejectedBy: new Set(plugins),
      preemptible: [],
      examined: 0,
    }
  }
  const prepared = preparePod(plugins, pod, cluster)
  if (!('active' in prepared)) return rejectedEverywhere(nodes.length, prepared.plugin, prepared.rejection)
  const awaited = awaitedNode(prepared)
  if (awaited !== undefined) return { fits: true, node: awaited, examined: 0 }
  const { feasible, rejections, examined } = filterNodes(prepared, search)
  if (feasible.length > 0) return { fits: true, node: best(prepared, feasible, search.random), examined }
  return { fits: false, ...unfitOn(rejections), examined }
}

/** What all nodes said, in one pass: in a full cluster there are thousands of them. */
function unfitOn(rejections: readonly Rejection[]) {
  const misfits = new Map<Misfit, number>()
  const rejectedBy = new Set<SchedulingPlugin>()
  const preemptible: NodeInfo[] = []
  let before: Misfit | undefined
  let alike = 0
  for (const { misfit, plugin, node } of rejections) {
    if (misfit !== before) {
      if (before !== undefined) addTo(misfits, before, alike)
      before = misfit
      alike = 0
      rejectedBy.add(plugin)
    }
    alike += 1
    if (misfit.resolvable) preemptible.push(node)
  }
  if (before !== undefined) addTo(misfits, before, alike)
  const reasons = countedReasons(reasonsOf(misfits))
  return { message: fitError(rejections.length, reasons), reasons, rejectedBy, preemptible }
}

/** The node that the pod made room on, if it fits there now: no other is looked at (evaluateNominatedNode). */
function awaitedNode(prepared: PreparedPod): NodeInfo | undefined {
  const { pod, cluster } = prepared
  const node = cluster.node(cluster.nominations.nodeOf(pod.uid) ?? pod.pod.status?.nominatedNodeName ?? '')
  return node !== undefined && rejectionOn(prepared, node) === undefined ? node : undefined
}

function filterNodes(prepared: PreparedPod, { cluster, startIndex, memory = new NodeMemory(), ...search }: Search) {
  const { nodes } = cluster
  const wanted = feasibleNodesWanted(nodes.length, search.percentageOfNodesToScore)
  const feasible: NodeInfo[] = []
  const rejections: Rejection[] = []
  const recall = memory.about(prepared)
  let examined = 0
  for (; examined < nodes.length && feasible.length < wanted; examined++) {
    const node = nodes[(startIndex + examined) % nodes.length] as NodeInfo
    const rejection = recall(node, () => rejectionOn(prepared, node))
    if (rejection === undefined) feasible.push(node)
    else rejections.push(rejection)
  }
  return { feasible, rejections, examined }
}

/** The node with the highest weighted sum of scores, one of them at random when several share it. */
function best({ active, pod }: PreparedPod, nodes: readonly NodeInfo[], random: () => number): NodeInfo {
  if (nodes.length === 1) return nodes[0] as NodeInfo
  const totals = new Float64Array(nodes.length)
  for (const { plugin, state } of active) {
    if (plugin.score === undefined || plugin.scores?.(pod, state) === false) continue
    const scores = new Array<number>(nodes.length)
    for (let index = 0; index < nodes.length; index++) {
      scores[index] = plugin.score(pod, nodes[index] as NodeInfo, state)
    }
    plugin.normalize?.(scores)
    for (let index = 0; index < scores.length; index++)
      totals[index] = (totals[index] as number) + (scores[index] as number) * plugin.weight
  }
  let winner = 0
  let ties = 1
  for (let index = 1; index < totals.length; index++) {
    const total = totals[index] as number
    const top = totals[winner] as number
    if (total > top) {
      winner = index
      ties = 1
    } else if (total === top) {
      ties += 1
      if (random() * ties < 1) winner = index
    }
  }
  return nodes[winner] as NodeInfo
}

function reasonsOf(misfits: ReadonlyMap<Misfit, number>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const [{ reasons }, count] of misfits) {
    for (const reason of reasons) addTo(counts, reason, count)
  }
  return counts
}

function rejectedEverywhere(total: number, plugin: SchedulingPlugin, { reason }: RejectedEverywhere) {
  return {
    fits: false as const,
    message: fitError(total, reason),
    reasons: reason,
    rejectedBy: new Set([plugin]),
    preemptible: [],
    examined: total,
  }
}

/** Whether an event may let a pod fit that these rules rejected. */
export function mayWake(pod: PodInfo, rejectedBy: ReadonlySet<SchedulingPlugin>, event: ClusterEvent): boolean {
  for (const plugin of rejectedBy) if (plugin.wakesOn?.(pod, event)) return true
  return false
}
