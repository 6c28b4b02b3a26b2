import { parseTimestamp } from './timestamp.ts'
import type { Pod, PodCondition } from './types/core-v1.ts'

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type)
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** No container of it will run again. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Counts towards its controller's replicas. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined
}

/** Milliseconds from `now` until a ready pod becomes available; 0 when it is, undefined while it is not ready. */
export function untilPodAvailableMs(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return undefined
  if (minReadySeconds === 0) return 0
  const since = parseTimestamp(ready.lastTransitionTime)
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now)
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return untilPodAvailableMs(pod, minReadySeconds, now) === 0
}
