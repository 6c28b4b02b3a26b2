import { MAX_NODE_SCORE } from '../framework.ts'

/** How full a node may be wished for, as KubeSchedulerConfiguration names it (scoringStrategy of NodeResourcesFit). */
export type ScoringStrategy = {
  /** Which resources count, and how much. */
  readonly resources: readonly { readonly name: string; readonly weight: number }[]
} & (
  | { readonly type: 'LeastAllocated' | 'MostAllocated' }
  | {
      readonly type: 'RequestedToCapacityRatio'
      readonly requestedToCapacityRatio: { readonly shape?: readonly UtilizationShapePoint[] }
    }
)

/** At `utilization` percent a resource is worth `score` of 10; in between, what lies on the line. */
export interface UtilizationShapePoint {
  readonly utilization: number
  readonly score: number
}

/** Of one resource: what is requested with the new pod, what there is, and how much it counts. */
export type ResourceUse = readonly [requested: number, allocatable: number, weight: number]

const MAXIMUM_SHAPE_SCORE = 10

/** 0 to MAX_NODE_SCORE from how much of each resource would be requested. */
export function resourceScore(strategy: ScoringStrategy, uses: readonly ResourceUse[]): number {
  if (strategy.type === 'RequestedToCapacityRatio') {
    return ratioScore(strategy.requestedToCapacityRatio.shape ?? [], uses)
  }
  const of = strategy.type === 'LeastAllocated' ? leastRequested : mostRequested
  let sum = 0
  let weights = 0
  for (const [requested, allocatable, weight] of uses) {
    if (allocatable === 0) continue
    sum += of(requested, allocatable) * weight
    weights += weight
  }
  return weights === 0 ? 0 : Math.floor(sum / weights)
}

function leastRequested(requested: number, allocatable: number): number {
  return requested > allocatable ? 0 : Math.floor(((allocatable - requested) * MAX_NODE_SCORE) / allocatable)
}

/** Pods that ask for nothing are counted with something, so that more than all can be requested. */
function mostRequested(requested: number, allocatable: number): number {
  return Math.floor((Math.min(requested, allocatable) * MAX_NODE_SCORE) / allocatable)
}

/** Resources that score nothing do not count. */
function ratioScore(shape: readonly UtilizationShapePoint[], uses: readonly ResourceUse[]): number {
  let sum = 0
  let weights = 0
  for (const [requested, allocatable, weight] of uses) {
    if (allocatable === 0) continue
    const score = onLine(shape, requested > allocatable ? 100 : Math.floor((requested * 100) / allocatable))
    if (score <= 0) continue
    sum += score * weight
    weights += weight
  }
  return weights === 0 ? 0 : Math.round(sum / weights)
}

function onLine(shape: readonly UtilizationShapePoint[], utilization: number): number {
  const scale = MAX_NODE_SCORE / MAXIMUM_SHAPE_SCORE
  const above = shape.findIndex((point) => utilization <= point.utilization)
  if (above === -1) return (shape.at(-1)?.score ?? 0) * scale
  const to = shape[above] as UtilizationShapePoint
  const from = shape[above - 1]
  if (from === undefined) return to.score * scale
  const share = (utilization - from.utilization) / (to.utilization - from.utilization)
  return Math.trunc((from.score + (to.score - from.score) * share) * scale)
}
