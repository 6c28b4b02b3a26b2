import type { Pod } from '../../../../shared/api/types/core-v1.ts'

/** The pod with the condition that tells it is being ended from outside (`DisruptionTarget`). */
export function withDisruption(pod: Pod, why: { reason: string; message: string }, at: string): Pod {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget')
  const condition = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: at, ...why }
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } }
}
