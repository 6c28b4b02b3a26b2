import { fitsNodeAffinity } from '../../../../shared/api/node-selector.ts'
import { isPodAvailable, isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import { toleratesTaints } from '../../../../shared/api/tolerations.ts'
import type { DaemonSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import { daemonSpec, nodeOf } from './daemon-pod.ts'

export interface DaemonState {
  readonly set: DaemonSet
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  /** Hash of the template as it is now. */
  readonly hash: string
  readonly now: number
  /** Engine time for which the failed daemon of a node stays, so that one that fails at once is not made in a loop. */
  readonly failureWaitMs: (nodeName: string) => number
}

/** Daemons by the node that they run on or wait for. */
export type DaemonsByNode = ReadonlyMap<string | undefined, readonly Pod[]>

/** NodeShouldRunDaemonPod: should a node run the daemon, and may one that runs there stay. */
export function placement(set: DaemonSet, node: Node): { run: boolean; stay: boolean } {
  const spec = daemonSpec(set)
  const fits = (!spec.nodeName || spec.nodeName === node.metadata.name) && fitsNodeAffinity(spec, node)
  if (!fits) return { run: false, stay: false }
  const tolerates = (effect: string) => toleratesTaints(spec.tolerations, node.spec?.taints, [effect])
  const stay = tolerates('NoExecute')
  return { run: stay && tolerates('NoSchedule'), stay }
}

/** Without those that have ended and are on their way out. On each node the ones that have it come first, oldest first. */
export function daemonsByNode(pods: readonly Pod[]): DaemonsByNode {
  const present = pods.filter((pod) => !(isPodTerminal(pod) && isTerminating(pod)))
  return Map.groupBy(present.sort(byPlaceAndAge), nodeOf)
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined
}

export function isAvailable({ set, now }: DaemonState, pod: Pod): boolean {
  return isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now)
}

/** podByCreationTimestampAndPhase. */
function byPlaceAndAge(a: Pod, b: Pod): number {
  const [placedA, placedB] = [a, b].map(({ spec }) => (spec?.nodeName ? 0 : 1))
  const created = ({ metadata }: Pod) => parseTimestamp(metadata.creationTimestamp) ?? 0
  const order = (placedA ?? 0) - (placedB ?? 0) || created(a) - created(b)
  return order || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)
}
