import { type HostPort, hostPortsOf } from '../../../shared/api/host-ports.ts'
import { objectKey } from '../../../shared/api/object.ts'
import { claimNames } from '../../../shared/api/pod-claims.ts'
import { type Amounts, podRequests, podScoringRequests } from '../../../shared/api/pod-resources.ts'
import type { Pod, Volume } from '../../../shared/api/types/core-v1.ts'
import { inlineDisks } from './disk-conflicts.ts'

/** A pod with what scheduling asks of it again and again, computed once per version of the object. */
export interface PodInfo {
  readonly key: string
  readonly uid: string
  readonly pod: Pod
  readonly priority: number
  readonly requests: Amounts
  /** What of `requests` a node has to have room for: not zero, and not the pod itself. */
  readonly requestEntries: readonly (readonly [resource: string, amount: number])[]
  readonly scoringRequests: Amounts
  readonly hostPorts: readonly HostPort[]
  /** Its claims, as namespace/name. */
  readonly claims: readonly string[]
  /** Volumes that are disks by themselves. */
  readonly disks: readonly Volume[]
}

const known = new WeakMap<Pod, PodInfo>()

export function podInfo(pod: Pod): PodInfo {
  const before = known.get(pod)
  if (before !== undefined) return before
  const spec = pod.spec
  const requests = spec ? podRequests(spec) : {}
  const info: PodInfo = {
    key: objectKey(pod),
    uid: pod.metadata.uid ?? '',
    pod,
    priority: spec?.priority ?? 0,
    requests,
    requestEntries: Object.entries(requests).filter(([resource, amount]) => amount > 0 && resource !== 'pods'),
    scoringRequests: spec ? podScoringRequests(spec) : {},
    hostPorts: hostPortsOf(pod),
    claims: claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`),
    disks: inlineDisks(pod),
  }
  known.set(pod, info)
  return info
}

/** Whether a pod may keep others away by more than what it takes of its node. */
export function keepsOthersAway({ pod, claims }: PodInfo): boolean {
  return claims.length > 0 || pod.spec?.affinity?.podAntiAffinity !== undefined
}
