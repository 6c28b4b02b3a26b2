import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Namespace } from '../../../../shared/api/types/core-v1.ts'
import type { Change, ObjectKey, StoredObject } from '../../store/object-store.ts'
import { newConflict, newNotFound } from '../machinery/api-errors.ts'
import { type Call, type ServerContext, timestamp } from './server-context.ts'

/** metav1.DeleteOptions as far as the registry acts on them. */
export interface DeleteRequest {
  readonly gracePeriodSeconds?: number | undefined
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined
  readonly orphanDependents?: boolean | undefined
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
}

export interface DeleteResult {
  readonly object: KubeObject
  /** False while finalizers or the grace period hold the object. */
  readonly removed: boolean
}

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'
/** Deleting these takes other objects along first. */
const CLEANUPS: Readonly<Record<string, string>> = {
  'customresourcedefinitions.apiextensions.k8s.io': 'customresourcecleanup.apiextensions.k8s.io',
}

/** Deletes at once, or marks the object as being deleted when a finalizer or a grace period holds it. */
export async function deleteObject(context: ServerContext, call: Call, request: DeleteRequest): Promise<DeleteResult> {
  const key = { resource: call.resource.storageKey, namespace: call.namespace, name: call.name }
  warnOfOrphans(call, request)
  let result: DeleteResult | undefined
  const change = (current: StoredObject | undefined): Change => {
    if (current === undefined) throw newNotFound(call.resource, call.name)
    checkPreconditions(call, current.object, request)
    context.admission.validate({ operation: 'DELETE', call, name: call.name, old: current.object })
    const { object, removed } = markDeleted(context, call, current.object, request)
    result = { object, removed }
    if (removed) return { delete: current.object }
    return object === current.object ? { keep: true } : { put: object }
  }
  if (call.dryRun) change(context.store.get(key))
  else {
    const stored = await context.store.write(key, change)
    if (stored && result) result = { object: stored.object, removed: result.removed }
    if (result && !result.removed && isOver(result.object)) result = await removeEnded(context, key, result.object)
  }
  return result as unknown as DeleteResult
}

/** Told once per request, found or not, when nothing is said of the dependents. */
function warnOfOrphans({ resource, warnings }: Call, { propagationPolicy, orphanDependents }: DeleteRequest): void {
  const { orphanWarning } = resource.storage.strategy
  const isSilent = propagationPolicy === undefined && orphanDependents === undefined
  if (orphanWarning !== undefined && isSilent && !warnings.includes(orphanWarning)) warnings.push(orphanWarning)
}

/** The grace period of a deletion is nothing: watchers see that first, then the removal, as in Kubernetes. */
function isOver({ kind, metadata }: KubeObject): boolean {
  return kind !== 'Namespace' && metadata.deletionGracePeriodSeconds === 0 && !metadata.finalizers?.length
}

async function removeEnded(context: ServerContext, key: ObjectKey, object: KubeObject): Promise<DeleteResult> {
  await context.store.write(key, (current) => {
    if (current?.object.metadata.uid !== object.metadata.uid) return { keep: true }
    return current ? { delete: current.object } : { keep: true }
  })
  return { object, removed: true }
}

function checkPreconditions(call: Call, current: KubeObject, request: DeleteRequest): void {
  const { uid, resourceVersion } = current.metadata
  const { group, kind } = call.resource
  const isNamespace = current.kind === 'Namespace'
  const conflict = (what: string, wanted: string, found: string | undefined, why: string) => {
    // Namespaces are marked by a write of their own, which has its own words.
    if (isNamespace) {
      const problem = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found ?? ''}`
      return newConflict(call.resource, call.name, problem)
    }
    const text = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found ?? ''})`
    return newConflict({ group, resource: kind }, call.name, `${text}. The object might have been ${why}`)
  }
  if (request.uid !== undefined && request.uid !== uid) {
    throw conflict('UID', request.uid, uid, 'deleted and then recreated')
  }
  if (request.resourceVersion !== undefined && request.resourceVersion !== resourceVersion) {
    throw conflict('ResourceVersion', request.resourceVersion, resourceVersion, 'modified')
  }
}

/** rest.BeforeDelete and the store's finalizer rules on a copy; the same object when nothing changes. */
function markDeleted(context: ServerContext, call: Call, current: KubeObject, request: DeleteRequest): DeleteResult {
  const { strategy } = call.resource.storage
  const finalizers = finalizersFor(call, current, request)
  const requested = request.gracePeriodSeconds === undefined ? undefined : Math.max(0, request.gracePeriodSeconds)
  const graceSeconds = strategy.gracePeriodSeconds?.(current, requested) ?? 0
  const { deletionTimestamp, deletionGracePeriodSeconds } = current.metadata
  const held = finalizers.length > 0 || holdsNamespace(current)
  if (deletionTimestamp !== undefined) {
    const shorter = graceSeconds < (deletionGracePeriodSeconds ?? 0)
    if (!shorter && (held || (deletionGracePeriodSeconds ?? 0) > 0)) {
      return { object: withFinalizers(current, finalizers), removed: false }
    }
  }
  const wasGraceful = deletionTimestamp !== undefined && (deletionGracePeriodSeconds ?? 0) > 0
  // What knows grace periods is marked first even when none is left.
  const isGraceless = strategy.gracePeriodSeconds === undefined
  if (!held && isGraceless && !wasGraceful) return { object: withFinalizers(current, finalizers), removed: true }
  const object: KubeObject = { ...current, metadata: { ...current.metadata } }
  if (finalizers.length > 0) object.metadata.finalizers = [...finalizers]
  else delete object.metadata.finalizers
  if (deletionTimestamp === undefined && (object.metadata.generation ?? 0) > 0) {
    object.metadata.generation = (object.metadata.generation ?? 0) + 1
  }
  object.metadata.deletionTimestamp = timestampAfter(
    context,
    deletionTimestamp,
    graceSeconds - (deletionGracePeriodSeconds ?? 0),
  )
  if (object.kind === 'Namespace')
    (object as Namespace).status = { ...(object as Namespace).status, phase: 'Terminating' }
  else object.metadata.deletionGracePeriodSeconds = graceSeconds
  return { object, removed: false }
}

/** A namespace is also held by the finalizers of its spec, until its contents are gone. */
function holdsNamespace(object: KubeObject): boolean {
  return object.kind === 'Namespace' && ((object as Namespace).spec?.finalizers?.length ?? 0) > 0
}

/** The deletion's end: now plus the grace period, or the former end moved by what the period shrank. */
function timestampAfter(context: ServerContext, former: string | undefined, seconds: number): string {
  if (former === undefined) return timestamp({ ...context.clock, now: () => context.clock.now() + seconds * 1000 })
  return `${new Date(Date.parse(former) + seconds * 1000).toISOString().slice(0, 19)}Z`
}

function withFinalizers(current: KubeObject, finalizers: readonly string[]): KubeObject {
  const before = current.metadata.finalizers ?? []
  if (before.length === finalizers.length && before.every((name, at) => name === finalizers[at])) return current
  return { ...current, metadata: { ...current.metadata, finalizers: [...finalizers] } }
}

/** deletionFinalizersForGarbageCollection: which of "orphan" and "foregroundDeletion" the object ends up with. */
function finalizersFor(call: Call, current: KubeObject, request: DeleteRequest): readonly string[] {
  const before = current.metadata.finalizers ?? []
  if (holdsNamespace(current)) return before
  const rest = before.filter((name) => name !== ORPHAN && name !== FOREGROUND)
  const cleanup = CLEANUPS[call.resource.storageKey]
  if (cleanup !== undefined && current.metadata.deletionTimestamp === undefined && !rest.includes(cleanup)) {
    rest.push(cleanup)
  }
  if (shouldOrphan(call, before, request)) return [...rest, ORPHAN]
  if (shouldForeground(before, request)) return [...rest, FOREGROUND]
  return rest
}

function shouldOrphan(call: Call, before: readonly string[], request: DeleteRequest): boolean {
  if (request.orphanDependents !== undefined) return request.orphanDependents
  if (request.propagationPolicy !== undefined) return request.propagationPolicy === 'Orphan'
  if (before.includes(ORPHAN)) return true
  return !before.includes(FOREGROUND) && call.resource.storage.strategy.defaultPropagation === 'Orphan'
}

function shouldForeground(before: readonly string[], request: DeleteRequest): boolean {
  if (request.orphanDependents !== undefined) return false
  if (request.propagationPolicy !== undefined) return request.propagationPolicy === 'Foreground'
  return before.includes(FOREGROUND)
}
