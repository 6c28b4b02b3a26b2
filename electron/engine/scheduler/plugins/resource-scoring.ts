import { MAX_NODE_SCORE } from '../framework.ts'

/** How full a node may be wished for, as KubeSchedulerConfiguration names it (scoringStrategy of NodeResourcesFit). */
export type ScoringStrategy =
  | { readonly type: 'LeastAllocated' | 'MostAllocated' }
  | { readonly type: 'RequestedToCapacityRatio'; readonly shape: readonly UtilizationShapePoint[] }

/** At `utilization` percent a resource is worth `score` of 10; in between, what lies on the line. */
export interface UtilizationShapePoint {
  readonly utilization: number
  readonly score: number
}

/** Of cpu or memory: what is requested with the new pod, and what there is. */
export type ResourceUse = readonly [requested: number, allocatable: number]

const MAXIMUM_SHAPE_SCORE = 10

/** 0 to MAX_NODE_SCORE from how much of cpu and memory would be requested; both weigh the same. */
export function resourceScore(strategy: ScoringStrategy, uses: readonly ResourceUse[]): number {
  if (strategy.type === 'RequestedToCapacityRatio') return ratioScore(strategy.shape, uses)
  const of = strategy.type === 'LeastAllocated' ? leastRequested : mostRequested
  let sum = 0
  let count = 0
  for (const [requested, allocatable] of uses) {
    if (allocatable === 0) continue
    sum += of(requested, allocatable)
    count += 1
  }
  return count === 0 ? 0 : Math.floor(sum / count)
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
  const scores = uses
    .filter(([, allocatable]) => allocatable > 0)
    .map(([requested, allocatable]) => {
      return onLine(shape, requested > allocatable ? 100 : Math.floor((requested * 100) / allocatable))
    })
    .filter((score) => score > 0)
  if (scores.length === 0) return 0
  return Math.round(scores.reduce((sum, score) => sum + score, 0) / scores.length)
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
