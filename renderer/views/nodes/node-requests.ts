import { podRequests } from '../../../shared/api/pod-resources.ts'
import { isPodTerminal } from '../../../shared/api/pod-state.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'

/** Millicores and bytes. */
export interface Requests {
  readonly cpu: number
  readonly memory: number
}

/** What the pods of each node have asked for; pods without a node and those that have ended hold nothing. */
export function requestsByNode(pods: Iterable<Pod>): Map<string, Requests> {
  const sums = new Map<string, Requests>()
  for (const pod of pods) {
    const { spec } = pod
    if (spec?.nodeName === undefined || isPodTerminal(pod)) continue
    const before = sums.get(spec.nodeName) ?? { cpu: 0, memory: 0 }
    const { cpu = 0, memory = 0 } = podRequests(spec)
    sums.set(spec.nodeName, { cpu: before.cpu + cpu, memory: before.memory + memory })
  }
  return sums
}

export function sumRequests(all: Iterable<Requests>): Requests {
  let [cpu, memory] = [0, 0]
  for (const requests of all) {
    cpu += requests.cpu
    memory += requests.memory
  }
  return { cpu, memory }
}
