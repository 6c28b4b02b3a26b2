import { isPodAvailable, isPodReady, isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import type { DaemonSet, DaemonSetStatus } from '../../../../shared/api/types/apps-v1.ts'
import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import { fitsAffinity, toleratesTaints } from '../workload/node-fit.ts'
import { scaledValue } from '../workload/scaled-value.ts'
import { daemonSpec, nodeOf, REVISION_LABEL } from './daemon-pod.ts'

export interface DaemonPlan {
  /** Nodes that need a daemon. */
  readonly create: readonly string[]
  readonly delete: readonly Pod[]
  /** Daemons that ended: deleted too, which an event tells. */
  readonly ended: readonly Pod[]
}

/** Should a node run the daemon, and may one that runs there stay. */
function placement(set: DaemonSet, node: Node): { run: boolean; stay: boolean } {
  const spec = daemonSpec(set)
  const fits = (!spec.nodeName || spec.nodeName === node.metadata.name) && fitsAffinity(spec, node)
  if (!fits) return { run: false, stay: false }
  const stay = toleratesTaints(spec, node, ['NoExecute'])
  return { run: stay && toleratesTaints(spec, node, ['NoSchedule']), stay }
}

export interface DaemonState {
  readonly set: DaemonSet
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  /** Hash of the template as it is now. */
  readonly hash: string
  readonly now: number
}

/** One daemon per node that should run it; updates replace as many at a time as maxUnavailable or maxSurge allow. */
export function planDaemons(state: DaemonState): DaemonPlan {
  const { set, nodes, pods } = state
  const byNode = Map.groupBy(pods, nodeOf)
  const create: string[] = []
  const remove: Pod[] = []
  const ended: Pod[] = []
  for (const node of nodes) {
    const name = node.metadata.name ?? ''
    const { run, stay } = placement(set, node)
    const here = (byNode.get(name) ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    const dead = here.filter(isPodTerminal)
    const alive = here.filter((pod) => !isPodTerminal(pod))
    if (stay) ended.push(...dead)
    if (!stay) remove.push(...here)
    else if (run && (byNode.get(name) ?? []).length === 0) create.push(name)
    else if (run) remove.push(...surplus(state, alive))
  }
  for (const [name, orphaned] of byNode) {
    if (!nodes.some(({ metadata }) => metadata.name === name)) {
      remove.push(...orphaned.filter(({ metadata }) => metadata.deletionTimestamp === undefined))
    }
  }
  const update = set.spec?.updateStrategy?.type === 'OnDelete' ? { create: [], delete: [] } : planUpdate(state, byNode)
  return { create: [...create, ...update.create], delete: [...remove, ...update.delete], ended }
}

/** Of several daemons on one node the oldest of each revision stays. */
function surplus({ hash }: DaemonState, alive: readonly Pod[]): Pod[] {
  const sorted = [...alive].sort((a, b) => created(a) - created(b))
  const isNew = (pod: Pod) => pod.metadata.labels?.[REVISION_LABEL] === hash
  const keep = new Set([sorted.find(isNew), sorted.find((pod) => !isNew(pod))])
  return sorted.filter((pod) => !keep.has(pod))
}

function planUpdate(state: DaemonState, byNode: ReadonlyMap<string | undefined, readonly Pod[]>) {
  const { set, nodes, hash } = state
  const wanted = nodes.filter((node) => placement(set, node).run)
  const rolling = set.spec?.updateStrategy?.rollingUpdate
  const maxSurge = scaledValue(rolling?.maxSurge, wanted.length, 'up')
  const configured = scaledValue(rolling?.maxUnavailable ?? 1, wanted.length, 'up')
  const maxUnavailable = maxSurge === 0 ? Math.max(1, configured) : configured
  const create: string[] = []
  const remove: Pod[] = []
  const replaceable: Pod[] = []
  let unavailable = 0
  let surging = 0
  const surgeable: string[] = []
  for (const { metadata } of wanted) {
    const here = (byNode.get(metadata.name) ?? []).filter((pod) => pod.metadata.deletionTimestamp === undefined)
    const current = here.find((pod) => pod.metadata.labels?.[REVISION_LABEL] === hash)
    const old = here.find((pod) => pod.metadata.labels?.[REVISION_LABEL] !== hash && !isPodTerminal(pod))
    const available = [current, old].some((pod) => pod !== undefined && isAvailable(state, pod))
    if (!available) unavailable += 1
    if (old === undefined) continue
    if (current !== undefined) {
      surging += 1
      if (isAvailable(state, current)) remove.push(old)
    } else if (!isAvailable(state, old)) remove.push(old)
    else if (maxSurge > 0) surgeable.push(metadata.name ?? '')
    else replaceable.push(old)
  }
  if (maxSurge > 0) create.push(...surgeable.slice(0, Math.max(0, maxSurge - surging)))
  else remove.push(...replaceable.slice(0, Math.max(0, maxUnavailable - unavailable)))
  return { create, delete: remove }
}

export function daemonSetStatus(state: DaemonState, collisionCount: number): DaemonSetStatus {
  const { set, nodes, pods, hash } = state
  const byNode = Map.groupBy(pods, nodeOf)
  const counts = { current: 0, desired: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 }
  for (const node of nodes) {
    const here = [...(byNode.get(node.metadata.name) ?? [])].sort((a, b) => created(a) - created(b))
    const { run } = placement(set, node)
    if (!run) {
      if (here.length > 0) counts.misscheduled += 1
      continue
    }
    counts.desired += 1
    if (here.length > 0) counts.current += 1
    if (here.some((pod) => isPodReady(pod))) counts.ready += 1
    if (here.some((pod) => isAvailable(state, pod))) counts.available += 1
    if (here.some(({ metadata }) => metadata.labels?.[REVISION_LABEL] === hash)) counts.updated += 1
  }
  const unavailable = counts.desired - counts.available
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...(set.metadata.generation ? { observedGeneration: set.metadata.generation } : {}),
    ...(counts.updated > 0 ? { updatedNumberScheduled: counts.updated } : {}),
    ...(counts.available > 0 ? { numberAvailable: counts.available } : {}),
    ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
    ...(collisionCount > 0 ? { collisionCount } : {}),
  }
}

function isAvailable({ set, now }: DaemonState, pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now)
}

function created(pod: Pod): number {
  return parseTimestamp(pod.metadata.creationTimestamp) ?? 0
}
