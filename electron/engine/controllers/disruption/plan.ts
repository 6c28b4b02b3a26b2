import { isPodReady } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp, timestamp } from '../../../../shared/api/timestamp.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { Condition } from '../../../../shared/api/types/meta-v1.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../../shared/api/types/policy-v1.ts'
import { scaledValue } from '../workload/scaled-value.ts'

/** An eviction whose pod is still there after this counts no more. */
const DELETION_TIMEOUT_MS = 120_000

export interface Disruption {
  readonly status: PodDisruptionBudgetStatus
  /** When a disrupted pod stops counting; undefined when none does. */
  readonly recheckAt: number | undefined
}

/** How many pods of the budget may go just now. `scale` is what the pods' workloads want together. */
export function planDisruption(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  scale: number,
  now: number,
): Disruption {
  const { expected, desired } = wanted(budget, pods.length, scale)
  const disruptedPods = stillDisrupted(budget, pods, now)
  const isDisrupted = ({ metadata }: Pod) => Object.hasOwn(disruptedPods, metadata.name ?? '')
  const healthy = pods.filter((pod) => isPodReady(pod) && !pod.metadata.deletionTimestamp && !isDisrupted(pod)).length
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0
  const times = Object.values(disruptedPods).map((at) => (parseTimestamp(at) ?? now) + DELETION_TIMEOUT_MS)
  return {
    status: {
      ...(budget.metadata.generation ? { observedGeneration: budget.metadata.generation } : {}),
      ...(Object.keys(disruptedPods).length > 0 ? { disruptedPods } : {}),
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: withCondition(budget, allowed > 0, timestamp(now)),
    },
    recheckAt: times.length > 0 ? Math.min(...times) : undefined,
  }
}

/** getExpectedPodCount: percentages and maxUnavailable count from what the workloads want, not from what is there. */
function wanted({ spec }: PodDisruptionBudget, pods: number, scale: number): { expected: number; desired: number } {
  const { maxUnavailable, minAvailable } = spec ?? {}
  if (maxUnavailable !== undefined) {
    return { expected: scale, desired: Math.max(0, scale - scaledValue(maxUnavailable, scale, 'up')) }
  }
  if (typeof minAvailable === 'number') return { expected: pods, desired: minAvailable }
  return { expected: scale, desired: scaledValue(minAvailable, scale, 'up') }
}

function stillDisrupted({ status }: PodDisruptionBudget, pods: readonly Pod[], now: number): Record<string, string> {
  const living = new Set(
    pods.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name),
  )
  const entries = Object.entries(status?.disruptedPods ?? {})
  return Object.fromEntries(
    entries.filter(([name, at]) => living.has(name) && (parseTimestamp(at) ?? 0) + DELETION_TIMEOUT_MS > now),
  )
}

function withCondition({ metadata, status }: PodDisruptionBudget, isAllowed: boolean, now: string): Condition[] {
  const before = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed')
  const value = isAllowed ? 'True' : 'False'
  const others = status?.conditions?.filter(({ type }) => type !== 'DisruptionAllowed') ?? []
  const condition = {
    type: 'DisruptionAllowed',
    status: value,
    ...(metadata.generation ? { observedGeneration: metadata.generation } : {}),
    lastTransitionTime: before?.status === value ? before.lastTransitionTime : now,
    reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  }
  return [...others, condition]
}
