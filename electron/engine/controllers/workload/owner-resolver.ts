import { matchesLabels } from '../../../../shared/api/label-selector.ts'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import type { OwnerReference } from '../../../../shared/api/types/meta-v1.ts'
import type { Informer, InformerHandler } from '../../controller/informer.ts'

/** The owner that a reference names, if the cache has it with this uid. */
export function resolveOwner<O extends KubeObject>(
  owners: Informer<O>,
  namespace: string | undefined,
  reference: OwnerReference | undefined,
): O | undefined {
  if (reference === undefined || reference.kind !== owners.ref.kind) return undefined
  const owner = owners.get(owners.ref.namespaced ? `${namespace}/${reference.name}` : reference.name)
  return owner?.metadata.uid === reference.uid ? owner : undefined
}

export interface DependentEvents<T extends KubeObject, O extends KubeObject> {
  readonly owners: Informer<O>
  /** The owners that could adopt an orphan. */
  readonly candidates: (orphan: T) => readonly O[]
  readonly enqueue: (owner: O, object: T) => void
  /** Before the owner is queued: the cache now has an object of this owner. */
  readonly created?: (owner: O, object: T) => void
  /** Before the owner is queued: an object of this owner is gone or on its way out. May be told twice. */
  readonly deleted?: (owner: O, object: T) => void
  readonly updated?: (owner: O, before: T, after: T) => void
}

/** Turns events of dependents (pods, ReplicaSets) into work for their owners. */
export function dependentHandler<T extends KubeObject, O extends KubeObject>(
  events: DependentEvents<T, O>,
): InformerHandler<T> {
  const ownerOf = (object: T) => resolveOwner(events.owners, object.metadata.namespace, controllerOf(object))

  const removed = (object: T) => {
    const owner = ownerOf(object)
    if (owner === undefined) return
    events.deleted?.(owner, object)
    events.enqueue(owner, object)
  }
  const orphaned = (object: T) => {
    for (const owner of events.candidates(object)) events.enqueue(owner, object)
  }
  return {
    added(object) {
      // After a restart an object may be first seen while it is being deleted.
      if (object.metadata.deletionTimestamp !== undefined) return removed(object)
      if (controllerOf(object) === undefined) return orphaned(object)
      const owner = ownerOf(object)
      if (owner === undefined) return
      events.created?.(owner, object)
      events.enqueue(owner, object)
    },
    updated(before, after) {
      if (after.metadata.deletionTimestamp !== undefined) {
        removed(after)
        if (controllerOf(before)?.uid !== controllerOf(after)?.uid) removed(before)
        return
      }
      const changedOwner = controllerOf(before)?.uid !== controllerOf(after)?.uid
      if (changedOwner) {
        const previous = ownerOf(before)
        if (previous !== undefined) events.enqueue(previous, before)
      }
      if (controllerOf(after) !== undefined) {
        const owner = ownerOf(after)
        if (owner === undefined) return
        events.enqueue(owner, after)
        events.updated?.(owner, before, after)
      } else if (changedOwner || !sameLabels(before, after)) orphaned(after)
    },
    deleted: removed,
  }
}

function sameLabels(before: KubeObject, after: KubeObject): boolean {
  const [a, b] = [before.metadata.labels, after.metadata.labels]
  return matchesLabels(a, b) && matchesLabels(b, a)
}
