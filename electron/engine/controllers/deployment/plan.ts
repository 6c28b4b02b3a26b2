import type { Deployment, ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import { scaledValue } from '../workload/scaled-value.ts'
import { annotatedDesired, annotatedMax } from './annotations.ts'
import {
  byAge,
  byRevision,
  bySizeThenNewest,
  bySizeThenOldest,
  desiredOf,
  type Generations,
  isActive,
  replicasOf,
  sumAvailable,
  sumReplicas,
} from './replica-sets.ts'

/** Set this ReplicaSet's size, and note on it the sizes of the Deployment at this time. */
export interface ScaleStep {
  readonly replicaSet: ReplicaSet
  readonly replicas: number
}

export interface Fenceposts {
  readonly maxSurge: number
  readonly maxUnavailable: number
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate'
}

/** How far a rolling update may go above and below the desired size. Both 0 would stand still: then one may be missing. */
export function fencepostsOf(deployment: Deployment): Fenceposts {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 }
  const desired = desiredOf(deployment)
  const rolling = deployment.spec?.strategy?.rollingUpdate
  const maxSurge = scaledValue(rolling?.maxSurge, desired, 'up')
  const unavailable = scaledValue(rolling?.maxUnavailable, desired, 'down')
  const maxUnavailable = maxSurge === 0 && unavailable === 0 ? 1 : unavailable
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, desired) }
}

/** The size of the current ReplicaSet that keeps the total below desired + maxSurge. */
export function currentSize(deployment: Deployment, { current, old }: Generations): number {
  const desired = desiredOf(deployment)
  if (!isRollingUpdate(deployment)) return desired
  const size = replicasOf(current)
  if (size >= desired) return desired
  const total = sumReplicas(old) + size
  const max = desired + scaledValue(deployment.spec?.strategy?.rollingUpdate?.maxSurge, desired, 'up')
  return total >= max ? size : size + Math.min(max - total, desired - size)
}

/** Takes from old ReplicaSets what availability allows: first pods that aren't available anyway, then the oldest. */
export function planScaleDown(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): ScaleStep[] {
  const active = old.filter(isActive).sort(byAge)
  if (active.length === 0) return []
  const minAvailable = desiredOf(deployment) - fencepostsOf(deployment).maxUnavailable
  const currentUnavailable = replicasOf(current) - (current.status?.availableReplicas ?? 0)
  const spare = sumReplicas(active) + replicasOf(current) - minAvailable - currentUnavailable
  if (spare <= 0) return []

  const sizes = new Map(active.map((replicaSet) => [replicaSet, replicasOf(replicaSet)]))
  const take = (replicaSet: ReplicaSet, most: number, left: number) => {
    const size = sizes.get(replicaSet) ?? 0
    const taken = Math.max(0, Math.min(size, most, left))
    sizes.set(replicaSet, size - taken)
    return left - taken
  }
  let unhealthy = spare
  for (const replicaSet of active) {
    const unavailable = replicasOf(replicaSet) - (replicaSet.status?.availableReplicas ?? 0)
    unhealthy = take(replicaSet, unavailable, unhealthy)
  }
  let healthy = sumAvailable([...active, current]) - minAvailable
  for (const replicaSet of active) healthy = take(replicaSet, Number.POSITIVE_INFINITY, healthy)

  return active
    .map((replicaSet) => ({ replicaSet, replicas: sizes.get(replicaSet) ?? 0 }))
    .filter(({ replicaSet, replicas }) => replicas !== replicasOf(replicaSet))
}

/** The desired size changed since a ReplicaSet was last scaled: that comes before any rollout. */
export function isScaling(deployment: Deployment, { current, old }: Generations): boolean {
  const desired = desiredOf(deployment)
  return [...old, ...(current ? [current] : [])].filter(isActive).some((replicaSet) => {
    const annotated = annotatedDesired(replicaSet)
    return annotated !== undefined && annotated !== desired
  })
}

/** How a new desired size spreads over the ReplicaSets: in the middle of a rollout, in proportion to their sizes. */
export function planScale(deployment: Deployment, { current, old }: Generations): ScaleStep[] {
  const desired = desiredOf(deployment)
  const all = [...old, ...(current ? [current] : [])]
  const active = all.filter(isActive)
  if (active.length <= 1) {
    const only = active[0] ?? current ?? [...old].sort(byAge).at(-1)
    return only === undefined || replicasOf(only) === desired ? [] : [{ replicaSet: only, replicas: desired }]
  }
  if (isSaturated(deployment, current)) {
    return old.filter(isActive).map((replicaSet) => ({ replicaSet, replicas: 0 }))
  }
  return isRollingUpdate(deployment) ? planProportionally(deployment, active) : []
}

function planProportionally(deployment: Deployment, active: readonly ReplicaSet[]): ScaleStep[] {
  const desired = desiredOf(deployment)
  const allowed = desired > 0 ? desired + fencepostsOf(deployment).maxSurge : 0
  const toAdd = allowed - sumReplicas(active)
  const sorted = [...active].sort(toAdd > 0 ? bySizeThenNewest : bySizeThenOldest)
  let added = 0
  const steps = sorted.map((replicaSet) => {
    const share = proportionOf(deployment, replicaSet, toAdd, added)
    added += share
    return { replicaSet, replicas: replicasOf(replicaSet) + share }
  })
  const [largest, ...others] = steps
  if (largest === undefined || toAdd === 0) return steps
  // What rounding left over goes to the largest.
  return [{ ...largest, replicas: Math.max(0, largest.replicas + toAdd - added) }, ...others]
}

function proportionOf(deployment: Deployment, replicaSet: ReplicaSet, toAdd: number, added: number): number {
  if (toAdd === 0 || toAdd === added) return 0
  const fraction = fractionOf(deployment, replicaSet)
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added)
}

function fractionOf(deployment: Deployment, replicaSet: ReplicaSet): number {
  const size = replicasOf(replicaSet)
  const desired = desiredOf(deployment)
  if (desired === 0) return -size
  const before = annotatedMax(replicaSet) || deployment.status?.replicas || 0
  if (before === 0) return 0
  const max = desired + fencepostsOf(deployment).maxSurge
  return Math.round((size * max) / before) - size
}

function isSaturated(deployment: Deployment, current: ReplicaSet | undefined): boolean {
  const desired = desiredOf(deployment)
  return (
    current !== undefined &&
    replicasOf(current) === desired &&
    annotatedDesired(current) === desired &&
    (current.status?.availableReplicas ?? 0) === desired
  )
}

/** Old ReplicaSets beyond `revisionHistoryLimit` that have nothing left to do, lowest revisions first. */
export function planCleanUp(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit
  if (limit === undefined || limit === 0x7fffffff) return []
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byRevision)
  return alive.slice(0, Math.max(0, alive.length - limit)).filter(({ metadata, spec, status }) => {
    const observed = (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0)
    return (status?.replicas ?? 0) === 0 && spec?.replicas === 0 && observed
  })
}
