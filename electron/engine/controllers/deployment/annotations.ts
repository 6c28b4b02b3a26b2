import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Deployment, ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'

export const REVISION = 'deployment.kubernetes.io/revision'
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'
export const ROLLBACK_TO = 'deprecated.deployment.rollback.to'
const MAX_HISTORY_LENGTH = 2000

/** Annotations that belong to the Deployment or the ReplicaSet alone and are never copied between them. */
const OWN = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  ROLLBACK_TO,
])

export type Annotations = Record<string, string>

/** 0 when the object has none or it is no number. */
export function revisionOf(object: KubeObject): number {
  return integer(object.metadata.annotations?.[REVISION]) ?? 0
}

/** The revision that the current ReplicaSet gets: one above all old ones. */
export function nextRevision(old: readonly ReplicaSet[]): number {
  return old.reduce((most, replicaSet) => Math.max(most, revisionOf(replicaSet)), 0) + 1
}

/** What the current ReplicaSet's annotations should be: the Deployment's, its revision and the ones before it. */
export function currentAnnotations(deployment: Deployment, before: Annotations, revision: number): Annotations {
  const after = { ...before }
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!OWN.has(key)) after[key] = value
  const previous = before[REVISION]
  const previousRevision = previous ? integer(previous) : 0
  // A revision that someone replaced by something else is left as it is.
  if (previousRevision === undefined || previousRevision >= revision) return after
  after[REVISION] = String(revision)
  if (previous !== undefined) after[REVISION_HISTORY] = appendHistory(before[REVISION_HISTORY], previous)
  return after
}

/** What a Deployment's annotations become by rolling back to a ReplicaSet. */
export function rolledBackAnnotations(deployment: Deployment, replicaSet: ReplicaSet): Annotations {
  const kept = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => OWN.has(key) && key !== ROLLBACK_TO,
  )
  const taken = Object.entries(replicaSet.metadata.annotations ?? {}).filter(([key]) => !OWN.has(key))
  return Object.fromEntries([...kept, ...taken])
}

/** The sizes that the Deployment had when it last scaled the ReplicaSet: the base of proportional scaling. */
export function sizeAnnotations(before: Annotations | undefined, desired: number, max: number): Annotations {
  return { ...before, [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(max) }
}

export function annotatedDesired(replicaSet: ReplicaSet): number | undefined {
  return nonNegative(replicaSet.metadata.annotations?.[DESIRED_REPLICAS])
}

export function annotatedMax(replicaSet: ReplicaSet): number | undefined {
  return nonNegative(replicaSet.metadata.annotations?.[MAX_REPLICAS])
}

export function sameAnnotations(a: Annotations | undefined, b: Annotations): boolean {
  const keys = Object.keys(b)
  return keys.length === Object.keys(a ?? {}).length && keys.every((key) => a?.[key] === b[key])
}

function appendHistory(history: string | undefined, revision: string): string {
  if (!history) return revision
  const revisions = [...history.split(','), revision]
  while (revisions.length > 1 && revisions.join(',').length > MAX_HISTORY_LENGTH) revisions.shift()
  return revisions.join(',')
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined
}

function nonNegative(text: string | undefined): number | undefined {
  const value = integer(text)
  return value !== undefined && value >= 0 && value <= 0x7fffffff ? value : undefined
}
