import type { KubeObject } from '../../../../shared/api/object.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import type { Namespace } from '../../../../shared/api/types/core-v1.ts'
import type { Change, StoredObject } from '../../store/object-store.ts'
import { newBadRequest, newConflict, newInvalid, newNotFound } from '../machinery/api-errors.ts'
import { withClaims } from './claims.ts'
import { prepareNew, resolveNamespace, type WriteMeans } from './create-object.ts'
import { inFieldOrder } from './field-order.ts'
import { trackWrite } from './field-tracking.ts'
import { countGeneration } from './generation.ts'
import { equalJson } from './json-value.ts'
import { validateMetaUpdate } from './object-meta.ts'
import { resetOnUpdate } from './reset-fields.ts'
import type { Call, ServerContext } from './server-context.ts'
import { isService } from './service-allocation.ts'
import { strategyContext } from './strategy-context.ts'

export interface UpdateResult {
  readonly object: KubeObject
  readonly created: boolean
}

/**
 * Answers the wanted object as a private draft in the storage version, or throws; undefined: leave it as it is.
 * `current` is shared.
 */
export type Draft = (current: KubeObject | undefined) => KubeObject | undefined

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

/**
 * Update: draft -> default -> admit (mutate) -> default -> prepare -> validate -> admit (validate) -> store, all against
 * the newest accepted state of the key and in one step with its write: nothing comes between, so nothing is retried.
 */
export function updateObject(
  context: ServerContext,
  call: Call,
  draft: Draft,
  options: UpdateOptions = {},
): Promise<UpdateResult> {
  return withClaims((claims) => updateWith(context, call, draft, { ...options, claims }))
}

interface UpdateOptions {
  readonly createMissing?: boolean
  readonly track?: typeof trackWrite
}

async function updateWith(
  context: ServerContext,
  call: Call,
  draft: Draft,
  means: UpdateOptions & WriteMeans,
): Promise<UpdateResult> {
  const { resource, name } = call
  const key = { resource: resource.storageKey, namespace: call.namespace, name }
  let created = false
  let answer: KubeObject | undefined
  const change = (current: StoredObject | undefined): Change => {
    const object = draft(current?.object)
    if (object === undefined) {
      answer = current?.object
      return { keep: true }
    }
    if (current === undefined) {
      if (!(means.createMissing ?? resource.storage.strategy.createOnUpdate)) throw newNotFound(resource, name)
      if (object.metadata.uid) throw newConflict(resource, name, uidPrecondition(object.metadata.uid, ''))
      created = true
      answer = prepareNew(context, call, object, means)
      return { put: answer }
    }
    const next = prepareUpdate(context, call, { object, old: current.object }, means)
    if (endsDeletion(next)) {
      answer = next
      // Watchers see the last stored state, as etcd keeps it.
      return { delete: current.object }
    }
    if (equalJson(withoutTimes(next), withoutTimes(current.object))) {
      answer = current.object
      return { keep: true }
    }
    answer = next
    return { put: next }
  }
  if (call.dryRun) {
    change(context.store.get(key))
    return { object: answer as unknown as KubeObject, created }
  }
  const stored = await context.store.write(key, change)
  const removed = stored !== undefined && answer !== undefined && endsDeletion(answer)
  return { object: removed ? (answer as KubeObject) : (stored?.object ?? (answer as unknown as KubeObject)), created }
}

/** A write that would only bring the times of managedFields up to date is left out. */
function withoutTimes(object: KubeObject): KubeObject {
  const { managedFields } = object.metadata
  if (managedFields === undefined) return object
  const untimed = managedFields.map(({ time: _time, ...entry }) => entry)
  return { ...object, metadata: { ...object.metadata, managedFields: untimed } }
}

/** Where Kubernetes keeps the object in etcd, which some of its messages name. */
function storagePath({ resource, namespace, name }: Call): string {
  const folders = { services: 'services/specs', ingresses: 'ingress', nodes: 'minions' } as Record<string, string>
  const custom = resource.group === 'apiextensions.k8s.io' ? [resource.group] : []
  const path = [...custom, folders[resource.resource] ?? resource.resource, ...(namespace ? [namespace] : []), name]
  return `/registry/${path.join('/')}`
}

function uidPrecondition(wanted: string, found: string): string {
  return `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`
}

/** A deleted object whose last finalizer goes away is removed by this very write. */
function endsDeletion(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata
  const specFinalizers = object.kind === 'Namespace' ? (object as Namespace).spec?.finalizers : undefined
  const held = finalizers?.length || specFinalizers?.length
  return deletionTimestamp !== undefined && !held && !deletionGracePeriodSeconds
}

function prepareUpdate(
  context: ServerContext,
  call: Call,
  { object: wanted, old }: { object: KubeObject; old: KubeObject },
  { claims, track = trackWrite }: WriteMeans,
): KubeObject {
  const resource = call.resource.storage
  const { strategy } = resource
  const input = strategyContext(context, call)
  checkIdentity(call, wanted, old)
  keepSystemMeta(wanted, old)
  strategy.defaults?.(wanted)
  // What was asked for counts as owned, also where the kind's rules then leave it as it was; what admission adds does not.
  const object = track(context, call, wanted, old)
  const asked = { operation: 'UPDATE', call, name: call.name, old, claims } as const
  context.admission.mutate({ ...asked, object })
  const request = { ...asked, object }
  resetOnUpdate(resource, object, old, call.subresource)
  strategy.prepareUpdate?.(object, old, input, call.subresource)
  strategy.defaults?.(object)
  countGeneration(resource, object, old, call.subresource)
  const errors = [
    ...validateMetaUpdate(resource, object, old, call.subresource),
    ...(strategy.validateUpdate?.(object, old, input, call.subresource) ?? []),
  ]
  if (errors.length > 0) throw newInvalid(resource, call.name, errors)
  if (call.subresource !== 'status') call.warnings.push(...(strategy.warnings?.(object, old) ?? []))
  context.admission.validate(request)
  if (isService(object) && isService(old)) context.services.allocate(object, old, claims, call)
  // The store replaces it; named here, it keeps its place among the members.
  object.metadata.resourceVersion = old.metadata.resourceVersion ?? ''
  return inFieldOrder(resource, object)
}

function checkIdentity(call: Call, object: KubeObject, old: KubeObject): void {
  const { metadata } = object
  if (!metadata.name) metadata.name = call.name
  if (metadata.name !== call.name) {
    throw newBadRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${call.name})`)
  }
  resolveNamespace(call, object)
  const { resource } = call
  if (metadata.uid && metadata.uid !== old.metadata.uid) {
    const problem = uidPrecondition(metadata.uid, old.metadata.uid ?? '')
    const storageError = `StorageError: invalid object, Code: 4, Key: ${storagePath(call)}, ResourceVersion: 0`
    throw newConflict(resource, call.name, `${storageError}, AdditionalErrorMsg: ${problem}`)
  }
  const { resourceVersion } = metadata
  if (resourceVersion && !/^\d+$/.test(resourceVersion)) {
    throw new ApiError('', `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`)
  }
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== old.metadata.resourceVersion) {
    throw newConflict(resource, call.name, MODIFIED)
  }
  if (!Number(resourceVersion) && resource.storage.strategy.unconditionalUpdate === false) {
    const message = 'must be specified for an update'
    // The generic registry says this, which knows the resource only.
    throw newInvalid({ group: resource.group, kind: resource.resource }, call.name, [
      { type: 'FieldValueInvalid', field: 'metadata.resourceVersion', message: `Invalid value: 0: ${message}` },
    ])
  }
}

/** rest.BeforeUpdate: what only the system sets comes from the stored object. */
function keepSystemMeta(object: KubeObject, old: KubeObject): void {
  const { metadata } = object
  const from = old.metadata
  metadata.uid = from.uid as string
  if (from.creationTimestamp !== undefined) metadata.creationTimestamp = from.creationTimestamp
  metadata.resourceVersion = from.resourceVersion as string
  if (from.generation === undefined) delete metadata.generation
  else metadata.generation = from.generation
  if (from.deletionTimestamp !== undefined) {
    metadata.deletionTimestamp ??= from.deletionTimestamp
    if (metadata.deletionGracePeriodSeconds === undefined && from.deletionGracePeriodSeconds !== undefined) {
      metadata.deletionGracePeriodSeconds = from.deletionGracePeriodSeconds
    }
  }
  delete metadata.selfLink
}
