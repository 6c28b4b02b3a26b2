import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import type { Deployment, ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import type { PodTemplateSpec } from '../../../../shared/api/types/core-v1.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { revisionOf } from './annotations.ts'

export const TEMPLATE_HASH_LABEL = 'pod-template-hash'

/** The ReplicaSets of a Deployment: the one of the current template, if it exists, and the others, oldest first. */
export interface Generations {
  readonly current: ReplicaSet | undefined
  readonly old: readonly ReplicaSet[]
}

export function generationsOf(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Generations {
  const sorted = [...replicaSets].sort(byAge)
  const template = deployment.spec?.template
  const current = sorted.find((replicaSet) => sameTemplate(replicaSet.spec?.template, template))
  return { current, old: sorted.filter((replicaSet) => replicaSet !== current) }
}

/** Equal but for the label that the Deployment itself adds. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return semanticEqual(withoutHash(a), withoutHash(b))
}

/** A template without the label that the Deployment itself adds. */
export function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  if (template?.metadata?.labels?.[TEMPLATE_HASH_LABEL] === undefined) return template
  const { [TEMPLATE_HASH_LABEL]: _, ...labels } = template.metadata.labels
  return { ...template, metadata: { ...template.metadata, labels } }
}

export function replicasOf(replicaSet: ReplicaSet | undefined): number {
  return replicaSet === undefined ? 0 : (replicaSet.spec?.replicas ?? 1)
}

export function desiredOf(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1
}

export function sumReplicas(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, replicaSet) => sum + replicasOf(replicaSet), 0)
}

export function sumAvailable(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0)
}

export function isActive(replicaSet: ReplicaSet): boolean {
  return replicasOf(replicaSet) > 0
}

/** Oldest first. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const difference = created(a) - created(b)
  return difference || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)
}

export function bySizeThenNewest(a: ReplicaSet, b: ReplicaSet): number {
  return replicasOf(b) - replicasOf(a) || byAge(b, a)
}

export function bySizeThenOldest(a: ReplicaSet, b: ReplicaSet): number {
  return replicasOf(b) - replicasOf(a) || byAge(a, b)
}

export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  return revisionOf(a) - revisionOf(b) || byAge(a, b)
}

function created(replicaSet: ReplicaSet): number {
  return parseTimestamp(replicaSet.metadata.creationTimestamp) ?? 0
}
