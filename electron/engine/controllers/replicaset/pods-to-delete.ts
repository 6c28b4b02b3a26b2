import { isPodActive, isPodReady, podCondition } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const PHASE_ORDER: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 }

/**
 * Which pods to give up when there are too many: unassigned before assigned, pending before running, not ready before
 * ready, lower deletion cost, from nodes with more pods of the same owner, younger readiness (by order of magnitude),
 * more restarts, younger.
 * @param related pods of all ReplicaSets of the same Deployment, for spreading
 */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, now: number): Pod[] {
  if (count >= pods.length) return pods.slice(0, count)
  const onNode = new Map<string, number>()
  for (const pod of related) {
    const node = pod.spec?.nodeName ?? ''
    if (isPodActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1)
  }
  const ranked = pods.map((pod) => ({ pod, rank: rankOf(pod, onNode) }))
  ranked.sort((a, b) => compare(a.rank, b.rank, now))
  return ranked.slice(0, count).map(({ pod }) => pod)
}

interface Rank {
  readonly assigned: number
  readonly phase: number
  readonly ready: number
  readonly cost: number
  readonly neighbours: number
  readonly readySince: number | undefined
  readonly restarts: number
  readonly sidecarRestarts: number
  readonly created: number | undefined
  readonly uid: string
}

function rankOf(pod: Pod, onNode: ReadonlyMap<string, number>): Rank {
  const node = pod.spec?.nodeName ?? ''
  const ready = isPodReady(pod)
  const sidecars = new Set(
    (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  return {
    assigned: node === '' ? 0 : 1,
    phase: PHASE_ORDER[pod.status?.phase ?? ''] ?? 0,
    ready: ready ? 1 : 0,
    cost: deletionCost(pod),
    neighbours: onNode.get(node) ?? 0,
    readySince: ready ? parseTimestamp(podCondition(pod, 'Ready')?.lastTransitionTime) : undefined,
    restarts: maxRestarts(containerStatuses),
    sidecarRestarts: maxRestarts(initContainerStatuses.filter(({ name }) => sidecars.has(name))),
    created: parseTimestamp(pod.metadata.creationTimestamp),
    uid: pod.metadata.uid ?? '',
  }
}

function compare(a: Rank, b: Rank, now: number): number {
  return (
    a.assigned - b.assigned ||
    a.phase - b.phase ||
    a.ready - b.ready ||
    a.cost - b.cost ||
    b.neighbours - a.neighbours ||
    compareAges(a, b, 'readySince', now) ||
    b.restarts - a.restarts ||
    b.sidecarRestarts - a.sidecarRestarts ||
    compareAges(a, b, 'created', now)
  )
}

/** Younger first, but ages of the same power of two are as good as equal, so that the choice is random among them. */
function compareAges(a: Rank, b: Rank, field: 'readySince' | 'created', now: number): number {
  const [left, right] = [a[field], b[field]]
  if (left === undefined || right === undefined || left === right) return 0
  const magnitude = (since: number) => (now - since <= 0 ? -1 : Math.floor(Math.log2((now - since) * 1e6)))
  return magnitude(left) - magnitude(right) || (a.uid < b.uid ? -1 : 1)
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? ''
  return /^-?[1-9][0-9]*$/.test(text) ? Number(text) : 0
}

function maxRestarts(statuses: readonly { restartCount?: number | undefined }[]): number {
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount ?? 0), 0)
}
