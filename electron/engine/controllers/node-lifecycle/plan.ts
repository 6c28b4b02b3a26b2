import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { Node, NodeCondition, Taint } from '../../../../shared/api/types/core-v1.ts'

const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'
const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

const READY_TAINTS: Readonly<Record<string, string>> = { False: NOT_READY, Unknown: UNREACHABLE }
/** The taint that goes with a condition's status: it keeps the scheduler away. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: READY_TAINTS,
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
}
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
const MANAGED_NO_SCHEDULE = new Set([
  ...Object.values(CONDITION_TAINTS).flatMap((taints) => Object.values(taints)),
  UNSCHEDULABLE,
])

/** The status of the Ready condition; undefined while a new node has none. */
export function readiness(node: Node): string | undefined {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status
}

/** The conditions of a node that has been silent for too long; the same array when they say so already. */
export function silentConditions(node: Node, now: number): NodeCondition[] {
  const before = node.status?.conditions ?? []
  const at = timestamp(now)
  const missing = WATCHED.filter((type) => !before.some((condition) => condition.type === type)).map((type) => ({
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: node.metadata.creationTimestamp,
    lastTransitionTime: at,
  }))
  const silenced = (condition: NodeCondition) => WATCHED.includes(condition.type) && condition.status !== 'Unknown'
  if (missing.length === 0 && !before.some(silenced)) return before
  const changed = before.map((condition) =>
    silenced(condition)
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: at,
        }
      : condition,
  )
  return [...changed, ...missing]
}

/**
 * The taints a node should have, undefined when it has them: NoSchedule by its conditions and `spec.unschedulable`, NoExecute by its readiness.
 * @param evict whether pods may be evicted from it now, later (keep what is), or never (all nodes fail: ours is the fault)
 */
export function changedTaints(
  node: Node,
  evict: 'allowed' | 'later' | 'never',
  now: number,
): readonly Taint[] | undefined {
  const before = node.spec?.taints ?? []
  const wanted = new Set(noScheduleKeys(node))
  const kept = before.filter(({ key, effect }) => {
    if (effect === 'NoSchedule') return !MANAGED_NO_SCHEDULE.has(key) || wanted.has(key)
    if (effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE)) return keepsNoExecute(node, key, evict)
    return true
  })
  const has = (key: string, effect: string) => kept.some((taint) => taint.key === key && taint.effect === effect)
  const timeAdded = timestamp(now)
  const added: Taint[] = [...wanted]
    .filter((key) => !has(key, 'NoSchedule'))
    .map((key) => ({ key, effect: 'NoSchedule', timeAdded }))
  const evicting = READY_TAINTS[readiness(node) ?? '']
  if (evicting !== undefined && !has(evicting, 'NoExecute') && (evict === 'allowed' || hadNoExecute(before, evict))) {
    added.push({ key: evicting, effect: 'NoExecute', timeAdded })
  }
  return kept.length === before.length && added.length === 0 ? undefined : [...kept, ...added]
}

/** Whether giving this node NoExecute would be its first: the step that the eviction rate limits. */
export function wouldEvict(node: Node): boolean {
  const taints = node.spec?.taints ?? []
  return READY_TAINTS[readiness(node) ?? ''] !== undefined && !hadNoExecute(taints, 'later')
}

function keepsNoExecute(node: Node, key: string, evict: 'allowed' | 'later' | 'never'): boolean {
  return evict !== 'never' && READY_TAINTS[readiness(node) ?? ''] === key
}

/** One NoExecute taint turns into the other without waiting: the node is being evicted already. */
function hadNoExecute(taints: readonly Taint[], evict: 'allowed' | 'later' | 'never'): boolean {
  return (
    evict !== 'never' &&
    taints.some(({ key, effect }) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE))
  )
}

function noScheduleKeys(node: Node): string[] {
  const keys = (node.status?.conditions ?? []).flatMap(({ type, status }) => CONDITION_TAINTS[type]?.[status] ?? [])
  return node.spec?.unschedulable ? [...keys, UNSCHEDULABLE] : keys
}

/** Counts of the nodes that fail together. */
export interface Zone {
  readonly nodes: number
  readonly ready: number
}

/** Of the nodes of one zone: how many fail, and so how fast their pods may be evicted. */
export type Disruption = 'normal' | 'partial' | 'full'

/** Partial: more than two nodes and at least 55 % of them are not ready. Full: none is ready. */
export function disruptionOf({ nodes, ready }: Zone): Disruption {
  const failing = nodes - ready
  if (ready === 0 && failing > 0) return 'full'
  return failing > 2 && failing / nodes >= 0.55 ? 'partial' : 'normal'
}

/** --node-eviction-rate, --secondary-node-eviction-rate, --large-cluster-size-threshold. */
const EVICTION_RATE = 0.1
const SECONDARY_EVICTION_RATE = 0.01
const LARGE_ZONE = 50

/** Nodes of a zone per second that may start to be evicted: a zone in which most fail gets time, a small one all of it. */
export function evictionRate(disruption: Disruption, nodes: number): number {
  if (disruption !== 'partial') return EVICTION_RATE
  return nodes > LARGE_ZONE ? SECONDARY_EVICTION_RATE : 0
}

/** Nodes fail together when they share region and zone. */
export function zoneOf({ metadata }: Node): string {
  const region = metadata.labels?.['topology.kubernetes.io/region'] ?? ''
  const zone = metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
  return `${region}:${zone}`
}
