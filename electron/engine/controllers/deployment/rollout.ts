import { controllerOf, controllerReference } from '../../../../shared/api/owner-references.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Deployment, ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import type { LabelSelector } from '../../../../shared/api/types/meta-v1.ts'
import type { Client } from '../../client/client.ts'
import { isNamespaceTerminating } from '../../controller/controller.ts'
import type { EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import { messageOf } from '../workload/pod-control.ts'
import { templateHash } from '../workload/template-hash.ts'
import {
  currentAnnotations,
  nextRevision,
  REVISION,
  revisionOf,
  sameAnnotations,
  sizeAnnotations,
} from './annotations.ts'
import { currentSize, fencepostsOf, type ScaleStep } from './plan.ts'
import { desiredOf, type Generations, replicasOf, sameTemplate, TEMPLATE_HASH_LABEL } from './replica-sets.ts'
import { conditionOf, hasProgressDeadline, progressing, setCondition } from './status.ts'

const MAX_NAME = 253

/** One reconcile of one Deployment: what it knows so far, and the status it will write at the end, once. */
export interface Rollout {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly replicaSets: Informer<ReplicaSet>
  readonly now: number
  /** With the annotations and status as this reconcile has changed them. */
  deployment: Deployment
  generations: Generations
}

/** Gives the current ReplicaSet its annotations and the Deployment its revision, if the ReplicaSet exists. */
export async function syncRevision(rollout: Rollout): Promise<void> {
  const { deployment, generations } = rollout
  const { current, old } = generations
  if (current === undefined) return
  const before = current.metadata.annotations ?? {}
  const annotations = currentAnnotations(deployment, before, nextRevision(old))
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0
  let updated = current
  if (!sameAnnotations(before, annotations) || (current.spec?.minReadySeconds ?? 0) !== minReadySeconds) {
    updated = await rollout.client.resource(resources.replicaSets).update({
      ...current,
      metadata: { ...current.metadata, annotations },
      spec: { ...specOf(current), minReadySeconds },
    })
  }
  rollout.generations = { current: updated, old }
  setRevision(rollout, String(revisionOf(updated)))
  if (hasProgressDeadline(deployment) && conditionOf(rollout.deployment.status, 'Progressing') === undefined) {
    const message = `Found new replica set "${updated.metadata.name}"`
    setProgress(rollout, 'True', 'FoundNewReplicaSet', message)
  }
}

/** Creates the ReplicaSet of the current template, unless it exists. False when its name was taken by another one. */
export async function ensureCurrent(rollout: Rollout): Promise<boolean> {
  if (rollout.generations.current !== undefined) return true
  const { client, deployment, recorder } = rollout
  const { old } = rollout.generations
  const wanted = newReplicaSet(deployment, old)
  const replicas = replicasOf(wanted)
  try {
    const created = await client.resource(resources.replicaSets).create(wanted)
    rollout.generations = { current: created, old }
    if (replicas > 0) {
      const message = `Scaled up replica set ${created.metadata.name} from 0 to ${replicas}`
      recorder.event(deployment, 'Normal', 'ScalingReplicaSet', message)
    }
    setRevision(rollout, String(revisionOf(created)))
    if (hasProgressDeadline(deployment)) {
      setProgress(rollout, 'True', 'NewReplicaSetCreated', `Created new replica set "${created.metadata.name}"`)
    }
    return true
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) return resolveCollision(rollout, wanted)
    if (isNamespaceTerminating(error)) throw error
    const message = `Failed to create new replica set "${wanted.metadata.name}": ${messageOf(error)}`
    if (hasProgressDeadline(deployment)) setProgress(rollout, 'False', 'ReplicaSetCreateError', message)
    recorder.event(deployment, 'Warning', 'ReplicaSetCreateError', message)
    throw error
  }
}

/** The name is taken: by our own ReplicaSet that the cache didn't have, or by another template with the same hash. */
async function resolveCollision(rollout: Rollout, wanted: ReplicaSet): Promise<boolean> {
  const { deployment, client } = rollout
  const { name = '', namespace } = wanted.metadata
  const taken = await client.resource(resources.replicaSets).get(name, namespace)
  const ours = controllerOf(taken)?.uid === deployment.metadata.uid
  if (ours && sameTemplate(taken.spec?.template, deployment.spec?.template)) {
    rollout.generations = { ...rollout.generations, current: taken }
    setRevision(rollout, String(revisionOf(taken)))
    return true
  }
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1
  rollout.deployment = { ...rollout.deployment, status: { ...rollout.deployment.status, collisionCount } }
  return false
}

function newReplicaSet(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet {
  const template = deployment.spec?.template ?? {}
  const hash = templateHash(template, deployment.status?.collisionCount)
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH_LABEL]: hash }
  const { name = '', namespace } = deployment.metadata
  const desired = desiredOf(deployment)
  const replicas = currentSize(deployment, { current: emptyReplicaSet, old })
  const annotations = currentAnnotations(deployment, {}, nextRevision(old))
  return {
    ...emptyReplicaSet,
    metadata: {
      name: `${name.slice(0, MAX_NAME - 1 - hash.length)}-${hash}`,
      namespace,
      labels,
      annotations: sizeAnnotations(annotations, desired, desired + fencepostsOf(deployment).maxSurge),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(deployment.spec?.minReadySeconds ? { minReadySeconds: deployment.spec.minReadySeconds } : {}),
      selector: withHash(deployment.spec?.selector ?? {}, hash),
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}

const emptyReplicaSet: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {},
  spec: { replicas: 0, selector: {} },
}

function withHash(selector: LabelSelector, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH_LABEL]: hash } }
}

/** Carries out scale steps, telling of each. True when any size changed. */
export async function scale(rollout: Rollout, steps: readonly ScaleStep[]): Promise<boolean> {
  const { client, deployment, recorder } = rollout
  const desired = desiredOf(deployment)
  const max = desired + fencepostsOf(deployment).maxSurge
  let scaled = false
  for (const { replicaSet, replicas } of steps) {
    const before = replicasOf(replicaSet)
    const annotations = sizeAnnotations(replicaSet.metadata.annotations, desired, max)
    if (before === replicas && sameAnnotations(replicaSet.metadata.annotations, annotations)) continue
    const updated = await client.resource(resources.replicaSets).update({
      ...replicaSet,
      metadata: { ...replicaSet.metadata, annotations },
      spec: { ...specOf(replicaSet), replicas },
    })
    replace(rollout, replicaSet, updated)
    if (before === replicas) continue
    scaled = true
    const direction = before < replicas ? 'up' : 'down'
    const message = `Scaled ${direction} replica set ${updated.metadata.name} from ${before} to ${replicas}`
    recorder.event(deployment, 'Normal', 'ScalingReplicaSet', message)
  }
  return scaled
}

function replace(rollout: Rollout, before: ReplicaSet, after: ReplicaSet): void {
  const { current, old } = rollout.generations
  const swap = (replicaSet: ReplicaSet) => (replicaSet === before ? after : replicaSet)
  rollout.generations = { current: current && swap(current), old: old.map(swap) }
}

export function setProgress(rollout: Rollout, status: string, reason: string, message: string): void {
  const { deployment, now } = rollout
  const conditions = setCondition(deployment.status?.conditions ?? [], progressing(status, reason, message, now))
  rollout.deployment = { ...deployment, status: { ...deployment.status, conditions: [...conditions] } }
}

function setRevision(rollout: Rollout, revision: string): void {
  const { deployment } = rollout
  if (deployment.metadata.annotations?.[REVISION] === revision) return
  const annotations = { ...deployment.metadata.annotations, [REVISION]: revision }
  rollout.deployment = { ...deployment, metadata: { ...deployment.metadata, annotations } }
}

function specOf({ spec }: ReplicaSet) {
  return spec ?? { selector: {} }
}
