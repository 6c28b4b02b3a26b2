import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { scaledValue } from '../workload/scaled-value.ts'
import { REVISION_LABEL } from './daemon-pod.ts'
import { type DaemonState, type DaemonsByNode, isAvailable, isTerminating, placement } from './placement.ts'

export interface UpdateSteps {
  readonly create: readonly string[]
  readonly delete: readonly Pod[]
}

/** rollingUpdate: which daemons of older revisions make way, and where new ones start beside them. */
export function planRollingUpdate(state: DaemonState, byNode: DaemonsByNode): UpdateSteps {
  const { set, nodes } = state
  const wanted = new Set(nodes.filter((node) => placement(set, node).run).map(({ metadata }) => metadata.name ?? ''))
  const rolling = set.spec?.updateStrategy?.rollingUpdate
  const maxSurge = scaledValue(rolling?.maxSurge, wanted.size, 'up')
  if (maxSurge > 0) return planSurge(state, byNode, { maxSurge, wanted })
  const maxUnavailable = scaledValue(rolling?.maxUnavailable ?? 1, wanted.size, 'up')
  return planInPlace(state, byNode, Math.max(1, maxUnavailable))
}

interface Revisions {
  readonly current: Pod | undefined
  readonly old: Pod | undefined
}

/** findUpdatedPodsOnNode: undefined where there are several of either, which are pruned first. */
function revisionsOn(pods: readonly Pod[], hash: string): Revisions | undefined {
  const alive = pods.filter((pod) => !isTerminating(pod))
  const current = alive.filter(({ metadata }) => metadata.labels?.[REVISION_LABEL] === hash)
  const old = alive.filter((pod) => !current.includes(pod))
  return current.length > 1 || old.length > 1 ? undefined : { current: current[0], old: old[0] }
}

/** An old daemon goes first and the new one follows: no more than `maxUnavailable` nodes are without at a time. */
function planInPlace(state: DaemonState, byNode: DaemonsByNode, maxUnavailable: number): UpdateSteps {
  const unavailableOld: Pod[] = []
  const candidates: Pod[] = []
  let unavailable = 0
  for (const pods of byNode.values()) {
    const { current, old } = revisionsOn(pods, state.hash) ?? {}
    const only = current === undefined ? old : old === undefined ? current : undefined
    if (only === undefined || !isAvailable(state, only)) unavailable += 1
    if (only === undefined || only === current) continue
    if (isAvailable(state, only)) candidates.push(only)
    else unavailableOld.push(only)
  }
  const allowed = Math.max(0, maxUnavailable - unavailable)
  return { create: [], delete: [...unavailableOld, ...candidates.slice(0, allowed)] }
}

/** A new daemon starts beside the old one, which goes when the new one is available. */
function planSurge(
  state: DaemonState,
  byNode: DaemonsByNode,
  { maxSurge, wanted }: { maxSurge: number; wanted: ReadonlySet<string> },
): UpdateSteps {
  const remove: Pod[] = []
  const unwanted: Pod[] = []
  const create: string[] = []
  const candidates: string[] = []
  let surging = 0
  let available = 0
  for (const [node = '', pods] of byNode) {
    const here = revisionsOn(pods, state.hash)
    if (here === undefined) {
      surging += 1
      continue
    }
    const { current, old } = here
    const shown = old ?? current
    const shows = shown !== undefined && isAvailable(state, shown)
    if (shows) available += 1
    if (old === undefined) continue
    if (current !== undefined) {
      if (isAvailable(state, current)) remove.push(old)
      else surging += 1
    } else if (!wanted.has(node)) (shows ? unwanted : remove).push(old)
    else (shows ? candidates : create).push(node)
  }
  // Where the nodes themselves change, an old daemon stays until enough others are available.
  const spare = Math.max(0, available - wanted.size)
  return {
    create: [...create, ...candidates.slice(0, Math.max(0, maxSurge - surging))],
    delete: [...remove, ...unwanted.slice(0, spare)],
  }
}
