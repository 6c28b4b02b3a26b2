import { isPodReady, isPodTerminal } from '../../../../shared/api/pod-state.ts'
import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import { scaledValue } from '../workload/scaled-value.ts'
import { REVISION_LABEL } from './daemon-pod.ts'
import {
  type DaemonState,
  type DaemonsByNode,
  daemonsByNode,
  isAvailable,
  isTerminating,
  placement,
} from './placement.ts'
import { planRollingUpdate } from './rolling-update.ts'

export interface DaemonPlan {
  /** Nodes that need a daemon. */
  readonly create: readonly string[]
  readonly delete: readonly Pod[]
  /** Daemons that ended: deleted too, which an event tells. */
  readonly ended: readonly Pod[]
  /** Engine time until a failed daemon that has to wait may be replaced. */
  readonly retryMs: number | undefined
}

/** One daemon per node that should run it; when that is so, updates replace as many as the strategy allows. */
export function planDaemons(state: DaemonState): DaemonPlan {
  const { set, nodes, pods } = state
  const byNode = daemonsByNode(pods)
  const create: string[] = []
  const remove: Pod[] = []
  const ended: Pod[] = []
  const waits: number[] = []
  for (const node of nodes) {
    const here = planNode(state, node, byNode)
    if (here.create) create.push(node.metadata.name ?? '')
    remove.push(...here.delete)
    ended.push(...here.ended)
    if (here.waitMs > 0) waits.push(here.waitMs)
  }
  for (const [name, orphaned] of byNode) {
    if (nodes.some(({ metadata }) => metadata.name === name)) continue
    remove.push(...orphaned.filter((pod) => !isTerminating(pod)))
  }
  const retryMs = waits.length > 0 ? Math.min(...waits) : undefined
  const managed = { create, delete: remove, ended, retryMs }
  const settled = create.length + remove.length + ended.length === 0
  if (!settled || set.spec?.updateStrategy?.type === 'OnDelete') return managed
  return { ...managed, ...planRollingUpdate(state, byNode) }
}

/** podsShouldBeOnNode. */
function planNode(state: DaemonState, node: Node, byNode: DaemonsByNode) {
  const name = node.metadata.name ?? ''
  const { run, stay } = placement(state.set, node)
  const all = byNode.get(name) ?? []
  const here = all.filter((pod) => !isTerminating(pod))
  const none: readonly Pod[] = []
  if (run && all.length === 0) return { create: true, delete: none, ended: none, waitMs: 0 }
  if (!stay) return { create: false, delete: here, ended: none, waitMs: 0 }
  const dead = here.filter(isPodTerminal)
  const failed = dead.some(({ status }) => status?.phase === 'Failed')
  const waitMs = failed ? state.failureWaitMs(name) : 0
  const ended = waitMs > 0 ? dead.filter(({ status }) => status?.phase !== 'Failed') : dead
  const alive = here.filter((pod) => !isPodTerminal(pod))
  if (!surges(state)) return { create: false, delete: alive.slice(1), ended, waitMs }
  return { create: run && alive.length === 0, delete: surplus(state, alive), ended, waitMs }
}

function surges({ set, nodes }: DaemonState): boolean {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {}
  return type !== 'OnDelete' && scaledValue(rollingUpdate?.maxSurge, nodes.length, 'up') > 0
}

/** While surging two may stay: the oldest new one that is not available yet, beside the oldest old one that is ready. */
function surplus(state: DaemonState, alive: readonly Pod[]): readonly Pod[] {
  if (alive.length <= 1) return []
  const isNew = (pod: Pod) => pod.metadata.labels?.[REVISION_LABEL] === state.hash
  const [current, old] = [alive.find(isNew), alive.find((pod) => !isNew(pod))]
  const isReplaced = current !== undefined && old !== undefined && (!isPodReady(old) || isAvailable(state, current))
  return alive.filter((pod) => pod !== current && (pod !== old || isReplaced))
}
