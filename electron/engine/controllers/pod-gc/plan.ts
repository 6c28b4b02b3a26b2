import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'

/** Finished pods that may stay, `--terminated-pod-gc-threshold`. */
export const TERMINATED_THRESHOLD = 12_500

export interface PodGarbage {
  readonly pod: Pod
  readonly why: 'terminated' | 'unscheduled' | 'node-gone' | 'out-of-service'
}

export interface PodGarbageOptions {
  readonly threshold: number
  /** The node has been missing for long enough. */
  readonly isNodeGone: (name: string) => boolean
  /** The node is not ready, and somebody who knows says with a taint that nothing runs there any more. */
  readonly isOutOfService: (name: string) => boolean
}

/** Pods that nobody will ever remove: too many finished ones (oldest first), of nodes that are gone, never assigned. */
export function planPodGarbage(pods: readonly Pod[], options: PodGarbageOptions): PodGarbage[] {
  const garbage: PodGarbage[] = []
  const terminated = pods.filter((pod) => isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined)
  if (terminated.length > options.threshold) {
    const oldest = terminated.sort((a, b) => created(a) - created(b)).slice(0, terminated.length - options.threshold)
    garbage.push(...oldest.map((pod) => ({ pod, why: 'terminated' as const })))
  }
  for (const pod of pods) {
    const node = pod.spec?.nodeName
    if (node) {
      if (options.isNodeGone(node)) garbage.push({ pod, why: 'node-gone' })
      else if (pod.metadata.deletionTimestamp !== undefined && options.isOutOfService(node)) {
        garbage.push({ pod, why: 'out-of-service' })
      }
    } else if (pod.metadata.deletionTimestamp !== undefined) garbage.push({ pod, why: 'unscheduled' })
  }
  return garbage
}

function created(pod: Pod): number {
  return parseTimestamp(pod.metadata.creationTimestamp) ?? 0
}
