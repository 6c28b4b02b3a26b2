import type { ClusterState } from './cluster-state.ts'
import { type CycleState, type Misfit, RejectedEverywhere, type SchedulingPlugin } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { keepsOthersAway, type PodInfo } from './pod-info.ts'

export interface ActivePlugin {
  readonly plugin: SchedulingPlugin
  readonly state: CycleState
}

/** The rules that have something to say about a pod, prepared for it. */
export interface PreparedPod {
  readonly plugins: readonly SchedulingPlugin[]
  readonly pod: PodInfo
  readonly cluster: ClusterState
  readonly active: readonly ActivePlugin[]
  readonly filters: readonly ActivePlugin[]
  /** Some of it is out of date as soon as a pod comes or goes. */
  readonly readsPods: boolean
}

export interface RejectedByRule {
  readonly plugin: SchedulingPlugin
  readonly rejection: RejectedEverywhere
}

export function preparePod(
  plugins: readonly SchedulingPlugin[],
  pod: PodInfo,
  cluster: ClusterState,
): PreparedPod | RejectedByRule {
  const active: ActivePlugin[] = []
  for (const plugin of plugins) {
    if (plugin.skips?.(pod)) continue
    const state = plugin.prepare?.(pod, cluster)
    if (state instanceof RejectedEverywhere) return { plugin, rejection: state }
    active.push({ plugin, state })
  }
  const filters = active.filter(({ plugin }) => plugin.filter !== undefined)
  const readsPods = active.some(({ plugin, state }) => plugin.readsPods?.(pod, state) === true)
  return { plugins, pod, cluster, active, filters, readsPods }
}

export interface Rejection {
  readonly plugin: SchedulingPlugin
  readonly node: NodeInfo
  readonly misfit: Misfit
}

/** Why the pod does not fit the node, be it without or with the pods that wait for the node; undefined when it does. */
export function rejectionOn(prepared: PreparedPod, node: NodeInfo): Rejection | undefined {
  const rejection = firstRejection(prepared, node)
  if (rejection !== undefined) return rejection
  const waiting = prepared.cluster.nominations.before(prepared.pod, node.name)
  if (waiting.length === 0) return undefined
  const trial = new NodeTrial(prepared, node, waiting.some(keepsOthersAway))
  for (const other of waiting) trial.add(other)
  try {
    return trial.rejection()
  } finally {
    for (const other of waiting) trial.remove(other)
    trial.end()
  }
}

/** Judges a node as if pods had come or gone. Whoever takes pods away or adds them brings all back before `end`. */
export class NodeTrial {
  readonly #prepared: PreparedPod
  readonly #node: NodeInfo
  readonly #everywhere: boolean
  readonly #changes: number

  /** `everywhere` when those that come may change what was prepared: slower. */
  constructor(prepared: PreparedPod, node: NodeInfo, everywhere: boolean) {
    this.#prepared = prepared
    this.#node = node
    this.#everywhere = prepared.readsPods || everywhere
    this.#changes = node.changes
  }

  /** To be called when all is as it was. */
  end(): void {
    this.#node.restored(this.#changes)
  }

  add(pod: PodInfo): void {
    if (this.#everywhere) this.#prepared.cluster.assume(pod.pod, this.#node.name)
    else this.#node.add(pod)
  }

  remove({ uid }: PodInfo): void {
    if (this.#everywhere) this.#prepared.cluster.removePod(uid)
    else this.#node.remove(uid)
  }

  rejection(): Rejection | undefined {
    const { plugins, pod, cluster } = this.#prepared
    if (!this.#everywhere) return firstRejection(this.#prepared, this.#node)
    const again = preparePod(plugins, pod, cluster)
    if ('active' in again) return firstRejection(again, this.#node)
    const misfit = { reasons: [again.rejection.reason], resolvable: false }
    return { plugin: again.plugin, node: this.#node, misfit }
  }
}

function firstRejection({ filters, pod }: PreparedPod, node: NodeInfo): Rejection | undefined {
  for (const { plugin, state } of filters) {
    const misfit = plugin.filter?.(pod, node, state)
    if (misfit !== undefined) return { plugin, node, misfit }
  }
  return undefined
}
