import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { HorizontalPodAutoscalerCondition } from '../../../../shared/api/types/autoscaling-v2.ts'

export interface Verdict {
  readonly type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited'
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/** The conditions with the verdicts in place; a time changes only with its status. */
export function withVerdicts(
  before: readonly HorizontalPodAutoscalerCondition[],
  verdicts: readonly Verdict[],
  now: number,
): HorizontalPodAutoscalerCondition[] {
  const conditions = [...before]
  for (const verdict of verdicts) {
    const at = conditions.findIndex(({ type }) => type === verdict.type)
    const known = conditions[at]
    const lastTransitionTime = known?.status === verdict.status ? known.lastTransitionTime : timestamp(now)
    const condition = { ...verdict, ...(lastTransitionTime ? { lastTransitionTime } : {}) }
    if (at < 0) conditions.push(condition)
    else conditions[at] = condition
  }
  return conditions
}
