import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { isPodReady } from '../../../../shared/api/pod-state.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import type { TokenRequest } from '../../../../shared/api/types/authentication-v1.ts'
import type { Scale } from '../../../../shared/api/types/autoscaling-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { Eviction, PodDisruptionBudget } from '../../../../shared/api/types/policy-v1.ts'
import type { Change, StoredObject } from '../../store/object-store.ts'
import { newBadRequest, newMethodNotSupported, newNotFound } from '../machinery/api-errors.ts'
import { bindPod } from './bind-pod.ts'
import { deleteObject } from './delete-object.ts'
import { cloneJson } from './json-value.ts'
import { getStored } from './read-objects.ts'
import { checkScalable, scaleOf, validateScale, withReplicas } from './scale.ts'
import { type Call, type ServerContext, timestamp } from './server-context.ts'
import { updateObject } from './update-object.ts'

type Creator = (context: ServerContext, call: Call, body: KubeObject) => Promise<KubeObject>

/** POST to a subresource, by "resource/subresource". */
const creators: Readonly<Record<string, Creator>> = {
  'pods/binding': createBinding,
  'pods/eviction': evictPod,
  'serviceaccounts/token': requestToken,
}

export function createSubresource(context: ServerContext, call: Call, body: KubeObject): Promise<KubeObject> {
  const creator = creators[`${call.resource.qualified}/${call.subresource}`]
  if (creator === undefined) throw newMethodNotSupported(call.resource, 'create')
  return creator(context, call, body)
}

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } as const

async function createBinding(context: ServerContext, call: Call, body: KubeObject): Promise<KubeObject> {
  await bindPod(context, call, body)
  return { ...SUCCESS, code: 201 } as unknown as KubeObject
}

/** TokenREST.Create. */
async function requestToken(context: ServerContext, call: Call, body: KubeObject): Promise<KubeObject> {
  const account = getStored(context, call).object
  return context.tokens.issue(account, body as TokenRequest, context.random.uuid())
}

/**
 * EvictionREST.Create: deletes the pod unless its disruption budget forbids that; a budget that allows it counts the
 * disruption first, so that two evictions never use the same allowance.
 */
async function evictPod(context: ServerContext, asked: Call, body: KubeObject): Promise<KubeObject> {
  const { deleteOptions } = body as Eviction
  const call = { ...asked, dryRun: asked.dryRun || (deleteOptions?.dryRun?.length ?? 0) > 0 }
  const pod = getStored(context, call).object as Pod
  if (body.metadata.name !== call.name) throw newBadRequest('name in URL does not match name in Eviction object')
  const { phase } = pod.status ?? {}
  const ended = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending'
  if (!ended && !pod.metadata.deletionTimestamp) await takeDisruption(context, call, pod)
  await deleteObject(context, call, {
    gracePeriodSeconds: deleteOptions?.gracePeriodSeconds,
    uid: deleteOptions?.preconditions?.uid,
    resourceVersion: deleteOptions?.preconditions?.resourceVersion,
  })
  return { ...SUCCESS, code: 201 } as unknown as KubeObject
}

const BUDGETS = 'poddisruptionbudgets.policy'

async function takeDisruption(context: ServerContext, call: Call, pod: Pod): Promise<void> {
  const { items } = context.store.list(BUDGETS, { namespace: call.namespace })
  const budgets = items.filter(({ object }) =>
    compileLabelSelector((object as PodDisruptionBudget).spec?.selector)(pod.metadata.labels),
  )
  const [budget, second] = budgets
  if (budget === undefined) return
  if (second)
    throw new ApiError(
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  if (mayGoUnhealthy(pod, budget.object as PodDisruptionBudget)) return
  const take = (current: StoredObject | undefined): Change => {
    if (current === undefined) return { keep: true }
    const next = cloneJson(current.object as PodDisruptionBudget)
    const status = next.status
    if (!status || (status.observedGeneration ?? 0) < (next.metadata.generation ?? 0)) {
      const why = `The disruption budget ${next.metadata.name} is still being processed by the server.`
      throw tooManyRequests(why, { retryAfterSeconds: 10 })
    }
    if ((status.disruptionsAllowed ?? 0) <= 0) {
      const why = `The disruption budget ${next.metadata.name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`
      throw tooManyRequests(why)
    }
    status.disruptionsAllowed = (status.disruptionsAllowed ?? 0) - 1
    status.disruptedPods = { ...status.disruptedPods, [call.name]: timestamp(context.clock) }
    return { put: next }
  }
  if (call.dryRun) take(context.store.get(budget.key))
  else await context.store.write(budget.key, take)
}

/** A pod that is not ready helps nobody: it may go while the others are enough, or always where the budget says so. */
function mayGoUnhealthy(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isPodReady(pod)) return false
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy
}

function tooManyRequests(message: string, more: { retryAfterSeconds?: number } = {}): ApiError {
  const cause = { reason: 'DisruptionBudget', message }
  return new ApiError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    details: { causes: [cause], ...more },
  })
}

/** What GET of a subresource that is another kind answers: the scale of a workload. */
export function readSubresource(context: ServerContext, call: Call): KubeObject {
  const { object } = getStored(context, call)
  if (call.subresource === 'scale') {
    if (call.resource.scale) checkScalable(object, call.resource.scale)
    return scaleOf(object, call.resource.scale)
  }
  throw newMethodNotSupported(call.resource, 'get')
}

/** PUT or PATCH of a workload's scale: sets its replicas. */
export async function updateScale(
  context: ServerContext,
  call: Call,
  change: (scale: Scale & KubeObject) => Scale & KubeObject,
): Promise<KubeObject> {
  const result = await updateObject(context, call, (current) => {
    if (current === undefined) throw newNotFound(call.resource, call.name)
    const wanted = change(scaleOf(current, call.resource.scale))
    // A custom object's own rules say what its replicas may be.
    if (!call.resource.scale) validateScale(call.name, wanted)
    const object = cloneJson(withReplicas(current, wanted.spec?.replicas ?? 0, call.resource.scale))
    const { resourceVersion, uid } = wanted.metadata
    if (resourceVersion) object.metadata.resourceVersion = resourceVersion
    else delete object.metadata.resourceVersion
    if (uid) object.metadata.uid = uid
    return object
  })
  return scaleOf(result.object, call.resource.scale)
}
