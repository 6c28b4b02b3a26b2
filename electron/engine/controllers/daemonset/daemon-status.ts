import { isPodReady } from '../../../../shared/api/pod-state.ts'
import type { DaemonSetStatus } from '../../../../shared/api/types/apps-v1.ts'
import { REVISION_LABEL } from './daemon-pod.ts'
import { type DaemonState, daemonsByNode, isAvailable, placement } from './placement.ts'

/**
 * updateDaemonSetStatus: of several daemons on a node the oldest counts.
 * @param inSync false while the cache lacks what was done: then this generation of the set was not acted upon
 */
export function daemonSetStatus(
  state: DaemonState,
  { collisionCount, inSync }: { collisionCount: number; inSync: boolean },
): DaemonSetStatus {
  const { set, nodes, pods, hash } = state
  const byNode = daemonsByNode(pods)
  const counts = { current: 0, desired: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 }
  for (const node of nodes) {
    const [oldest] = byNode.get(node.metadata.name) ?? []
    if (!placement(set, node).run) {
      if (oldest !== undefined) counts.misscheduled += 1
      continue
    }
    counts.desired += 1
    if (oldest === undefined) continue
    counts.current += 1
    if (isPodReady(oldest)) counts.ready += 1
    if (isAvailable(state, oldest)) counts.available += 1
    if (oldest.metadata.labels?.[REVISION_LABEL] === hash) counts.updated += 1
  }
  const unavailable = counts.desired - counts.available
  const observed = inSync ? set.metadata.generation : set.status?.observedGeneration
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...(observed ? { observedGeneration: observed } : {}),
    ...(counts.updated > 0 ? { updatedNumberScheduled: counts.updated } : {}),
    ...(counts.available > 0 ? { numberAvailable: counts.available } : {}),
    ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
    ...(collisionCount > 0 ? { collisionCount } : {}),
  }
}
