import type { HorizontalPodAutoscalerSpec, HPAScalingRules } from '../../../../shared/api/types/autoscaling-v2.ts'

/** What an autoscaler remembers of its recent past, in engine time. */
export interface Memory {
  readonly recommendations: { readonly at: number; readonly replicas: number }[]
  readonly changes: { readonly at: number; readonly by: number }[]
}

export interface Limited {
  readonly replicas: number
  readonly reason: string
  readonly message: string
  /** The stabilisation window held a change back. */
  readonly stabilized: 'up' | 'down' | undefined
}

const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}
const SCALE_DOWN: HPAScalingRules = {
  stabilizationWindowSeconds: 300,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
}

/** The rules in force; `behavior` may name a part of them. */
export function scalingRules({ behavior }: HorizontalPodAutoscalerSpec) {
  return {
    up: { ...SCALE_UP, ...defined(behavior?.scaleUp) },
    down: { ...SCALE_DOWN, ...defined(behavior?.scaleDown) },
  }
}

function defined(rules: HPAScalingRules | undefined): Partial<HPAScalingRules> {
  return Object.fromEntries(Object.entries(rules ?? {}).filter(([, value]) => value !== undefined))
}

export interface Wish {
  readonly current: number
  readonly desired: number
}

/** Steadies and limits a wish by the rules, the past and the autoscaler's bounds. */
export function limitReplicas(spec: HorizontalPodAutoscalerSpec, wish: Wish, memory: Memory, now: number): Limited {
  return spec.behavior === undefined ? limitPlainly(spec, wish, memory, now) : limitByRules(spec, wish, memory, now)
}

/** Without `behavior`: twice as many at most, and never fewer than what was wanted meanwhile (normalizeDesiredReplicas). */
function limitPlainly(
  spec: HorizontalPodAutoscalerSpec,
  wish: Wish,
  { recommendations }: Memory,
  now: number,
): Limited {
  const since = now - (SCALE_DOWN.stabilizationWindowSeconds ?? 0) * 1000
  const desired = Math.max(
    wish.desired,
    ...recommendations.filter(({ at }) => at >= since).map(({ replicas }) => replicas),
  )
  const stabilized = desired === wish.desired ? undefined : 'down'
  const minimum = spec.minReplicas ?? 1
  const fastest = Math.max(2 * wish.current, 4)
  if (desired < minimum) return { replicas: minimum, ...limits.tooFew, stabilized }
  if (spec.maxReplicas > fastest && desired > fastest) return { replicas: fastest, ...limits.scaleUpLimit, stabilized }
  if (desired > spec.maxReplicas) return { replicas: spec.maxReplicas, ...limits.tooMany, stabilized }
  return { replicas: desired, ...limits.withinRange, stabilized }
}

/** With `behavior` (normalizeDesiredReplicasWithBehaviors). */
function limitByRules(spec: HorizontalPodAutoscalerSpec, wish: Wish, memory: Memory, now: number): Limited {
  const rules = scalingRules(spec)
  const { current } = wish
  const desired = stabilize(rules, wish, memory, now)
  const stabilized = desired === wish.desired ? undefined : desired > wish.desired ? 'down' : 'up'
  const minimum = spec.minReplicas ?? 1
  if (desired > current) {
    const limit = Math.max(scaleUpLimit(rules.up, current, memory, now), current)
    if (desired > Math.min(limit, spec.maxReplicas)) {
      if (limit < spec.maxReplicas) return { replicas: limit, ...limits.scaleUpLimit, stabilized }
      return { replicas: spec.maxReplicas, ...limits.tooMany, stabilized }
    }
  } else if (desired < current) {
    const limit = Math.min(scaleDownLimit(rules.down, current, memory, now), current)
    if (desired < Math.max(limit, minimum)) {
      if (limit > minimum) return { replicas: limit, ...limits.scaleDownLimit, stabilized }
      return { replicas: minimum, ...limits.tooFew, stabilized }
    }
  }
  if (desired > spec.maxReplicas) return { replicas: spec.maxReplicas, ...limits.tooMany, stabilized }
  if (desired < minimum) return { replicas: minimum, ...limits.tooFew, stabilized }
  return { replicas: desired, ...limits.withinRange, stabilized }
}

const limits = {
  scaleUpLimit: {
    reason: 'ScaleUpLimit',
    message: 'the desired replica count is increasing faster than the maximum scale rate',
  },
  scaleDownLimit: {
    reason: 'ScaleDownLimit',
    message: 'the desired replica count is decreasing faster than the maximum scale rate',
  },
  tooMany: {
    reason: 'TooManyReplicas',
    message: 'the desired replica count is more than the maximum replica count',
  },
  tooFew: { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' },
  withinRange: { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' },
} as const

type Rules = ReturnType<typeof scalingRules>

/** The smallest change that every recommendation of the window agrees to. */
function stabilize(
  { up, down }: Rules,
  { current, desired }: { current: number; desired: number },
  { recommendations }: Memory,
  now: number,
): number {
  const within = (rules: HPAScalingRules) => {
    const since = now - (rules.stabilizationWindowSeconds ?? 0) * 1000
    return recommendations.filter(({ at }) => at > since).map(({ replicas }) => replicas)
  }
  const lowest = Math.min(desired, ...within(up))
  const highest = Math.max(desired, ...within(down))
  if (current < lowest) return lowest
  return current > highest ? highest : current
}

/** What of the changes of one direction lies within a policy's period. */
function recent({ changes }: Memory, periodSeconds: number, now: number, sign: 1 | -1): number {
  const since = now - periodSeconds * 1000
  return changes.filter(({ at, by }) => at > since && by * sign > 0).reduce((sum, { by }) => sum + by * sign, 0)
}

function scaleUpLimit(rules: HPAScalingRules, current: number, memory: Memory, now: number): number {
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const before = current - recent(memory, periodSeconds, now, 1) + recent(memory, periodSeconds, now, -1)
    return type === 'Pods' ? before + value : Math.ceil(before * (1 + value / 100))
  })
  return rules.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits)
}

function scaleDownLimit(rules: HPAScalingRules, current: number, memory: Memory, now: number): number {
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const before = current - recent(memory, periodSeconds, now, 1) + recent(memory, periodSeconds, now, -1)
    return type === 'Pods' ? before - value : Math.floor(before * (1 - value / 100))
  })
  // The policy that changes most is the one that goes lowest.
  return rules.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits)
}
