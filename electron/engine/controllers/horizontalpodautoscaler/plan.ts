import { quantityFloat, tryParseQuantity } from '../../../../shared/api/quantity.ts'
import type { HorizontalPodAutoscaler, MetricStatus } from '../../../../shared/api/types/autoscaling-v2.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { PodUsage } from '../../../../shared/api/usage.ts'
import { limitReplicas, type Memory, scalingRules } from './behavior.ts'
import type { Verdict } from './conditions.ts'
import { type FailedMetric, type Proposal, propose } from './metrics.ts'
import { type Selection, type SelectorProblem, targetPods } from './target-pods.ts'

/** --horizontal-pod-autoscaler-tolerance. */
const TOLERANCE = 0.1

export interface Observed extends Selection {
  readonly replicas: number
  readonly usageOf: (pod: Pod) => PodUsage | undefined
  readonly memory: Memory
  /** Wall-clock time, for ages of pods and samples. */
  readonly now: number
  /** Engine time, for windows and periods. */
  readonly monotonicMs: number
}

export interface HpaPlan {
  readonly desired: number
  /** Why, in the words of SuccessfulRescale. */
  readonly reason: string
  readonly verdicts: readonly Verdict[]
  readonly metrics: readonly MetricStatus[]
  /** What the metrics asked for, to be remembered; undefined when they did not decide. */
  readonly recommendation: number | undefined
  /** Of all metrics, those that are not known. */
  readonly failures: readonly FailedMetric[]
  /** Why the target's pods are not known; told by events. */
  readonly selectorProblem?: Omit<SelectorProblem, 'condition'>
}

/** One look at an autoscaler: how many replicas there should be, and why (reconcileAutoscaler). */
export function planScale(hpa: HorizontalPodAutoscaler, observed: Observed): HpaPlan {
  const { spec } = hpa
  const { replicas } = observed
  const minimum = spec.minReplicas ?? 1
  const plain = { verdicts: [], metrics: [], recommendation: undefined, failures: [] }
  if (replicas === 0 && minimum !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero'
    const verdict: Verdict = { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message }
    return { ...plain, desired: 0, reason: '', verdicts: [verdict] }
  }
  if (replicas > spec.maxReplicas) {
    return { ...plain, desired: spec.maxReplicas, reason: 'Current number of replicas above Spec.MaxReplicas' }
  }
  if (replicas < minimum) {
    return { ...plain, desired: minimum, reason: 'Current number of replicas below Spec.MinReplicas' }
  }
  return byMetrics(hpa, observed)
}

function byMetrics({ spec }: HorizontalPodAutoscaler, observed: Observed): HpaPlan {
  const { replicas, memory, monotonicMs } = observed
  const target = targetPods(observed)
  if ('reason' in target) return withoutPods(observed, target)
  const rules = scalingRules(spec)
  const tolerance = { up: toleranceOf(rules.up.tolerance), down: toleranceOf(rules.down.tolerance) }
  const answers = (spec.metrics ?? []).map((metric) => propose(metric, { ...observed, pods: target.pods, tolerance }))
  const proposals = answers.filter((answer): answer is Proposal => 'replicas' in answer)
  const failures = answers.filter((answer): answer is FailedMetric => !('replicas' in answer))
  // In the order of the specification, which is how they are read: one that is not known has a place too.
  const metrics = answers.map((answer) => ('replicas' in answer ? answer.status : { type: '' }))
  const highest = proposals.reduce<Proposal | undefined>(
    (best, next) => (best === undefined || next.replicas > best.replicas ? next : best),
    undefined,
  )
  // A metric that is not known must not let the others scale in.
  if (highest === undefined || (failures.length > 0 && highest.replicas < replicas)) {
    return { desired: replicas, reason: '', verdicts: inactive(failures), metrics, recommendation: undefined, failures }
  }
  const limited = limitReplicas(spec, { current: replicas, desired: highest.replicas }, memory, monotonicMs)
  const up = limited.replicas > replicas
  const why = up ? `${highest.metric} above target` : limited.replicas < replicas ? 'All metrics below target' : ''
  const count = `the HPA was able to successfully calculate a replica count from ${highest.metric}`
  return {
    desired: limited.replicas,
    reason: why,
    verdicts: [
      { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: count },
      steady(limited.stabilized),
      {
        type: 'ScalingLimited',
        status: limited.reason === 'DesiredWithinRange' ? 'False' : 'True',
        reason: limited.reason,
        message: limited.message,
      },
    ],
    metrics,
    recommendation: highest.replicas,
    failures,
  }
}

function withoutPods({ replicas }: Observed, { condition, ...selectorProblem }: SelectorProblem): HpaPlan {
  return {
    desired: replicas,
    reason: '',
    verdicts: [{ type: 'ScalingActive', status: 'False', ...condition }],
    metrics: [],
    recommendation: undefined,
    failures: [],
    selectorProblem,
  }
}

function inactive([first]: readonly FailedMetric[]): Verdict[] {
  if (first === undefined) return []
  const message = `the HPA was unable to compute the replica count: ${first.message}`
  return [{ type: 'ScalingActive', status: 'False', reason: first.reason, message }]
}

function steady(stabilized: 'up' | 'down' | undefined): Verdict {
  const able = { type: 'AbleToScale', status: 'True' } as const
  if (stabilized === 'down') {
    const message = 'recent recommendations were higher than current one, applying the highest recent recommendation'
    return { ...able, reason: 'ScaleDownStabilized', message }
  }
  if (stabilized === 'up') {
    const message = 'recent recommendations were lower than current one, applying the lowest recent recommendation'
    return { ...able, reason: 'ScaleUpStabilized', message }
  }
  return { ...able, reason: 'ReadyForNewScale', message: 'recommended size matches current size' }
}

function toleranceOf(text: string | undefined): number {
  const parsed = text === undefined ? undefined : tryParseQuantity(text)
  return parsed === undefined || typeof parsed === 'string' ? TOLERANCE : quantityFloat(parsed)
}
