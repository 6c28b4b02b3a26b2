import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod)
}

/** With the replacement policy `Failed` a pod that ends is waited for; else it is replaced at once. */
export function waitsForEnd(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed'
}

/** isPodFailed: will not succeed any more. */
export function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true
  return !waitsForEnd(job) && isTerminating(pod)
}

/** getFinishedTime, in wall-clock milliseconds: when the last container ended, or the pod was deleted. */
export function endedAt(pod: Pod): number | undefined {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => parseTimestamp(state?.terminated?.finishedAt))
  const known = ends.filter((at) => at !== undefined)
  if (known.length > 0 && known.length === ends.length) return Math.max(...known)
  const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False')
  return parseTimestamp(ready?.lastTransitionTime) ?? parseTimestamp(pod.metadata.deletionTimestamp)
}
