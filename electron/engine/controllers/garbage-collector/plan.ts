import type { KubeObject } from '../../../../shared/api/object.ts'
import type { OwnerReference } from '../../../../shared/api/types/meta-v1.ts'
import { FOREGROUND, ORPHAN, ownersOf, uidOf, waitsFor } from './graph.ts'

/** What one of an object's owners is. */
export type OwnerState =
  /** Exists, and is not waiting for its dependents to go. */
  | 'solid'
  /** Does not exist: never did in this place, or not any more. */
  | 'absent'
  /** Is being deleted in the foreground: it goes after this object. */
  | 'waiting'

export type GarbageAction =
  | { readonly action: 'keep' }
  | { readonly action: 'delete'; readonly propagation: 'Background' | 'Foreground' | 'Orphan' }
  /** Drop references to owners that are gone or going: another owner keeps the object. */
  | { readonly action: 'drop-owners'; readonly owners: readonly string[] }
  /** Being deleted in the foreground, and nothing blocks it any more. */
  | { readonly action: 'remove-finalizer'; readonly finalizer: typeof FOREGROUND }
  /** Being deleted in the foreground: these dependents have to go first. */
  | { readonly action: 'collect-dependents'; readonly dependents: readonly KubeObject[] }
  /** Being deleted with its dependents to be left alone: they forget it first. */
  | { readonly action: 'orphan-dependents' }

/** What the garbage collector does about one object, knowing the states of its owners and its dependents. */
export function planGarbage(
  object: KubeObject,
  dependents: readonly KubeObject[],
  stateOf: (owner: OwnerReference) => OwnerState,
): GarbageAction {
  if (waitsFor(object, ORPHAN)) return { action: 'orphan-dependents' }
  if (waitsFor(object, FOREGROUND)) {
    const blocking = dependents.filter((dependent) => blocks(dependent, object))
    if (blocking.length === 0) return { action: 'remove-finalizer', finalizer: FOREGROUND }
    return { action: 'collect-dependents', dependents: blocking }
  }
  const owners = ownersOf(object)
  if (object.metadata.deletionTimestamp !== undefined || owners.length === 0) return { action: 'keep' }
  const states = owners.map((owner) => ({ uid: owner.uid, state: stateOf(owner) }))
  const gone = states.filter(({ state }) => state !== 'solid')
  if (gone.length === 0) return { action: 'keep' }
  if (gone.length < states.length) return { action: 'drop-owners', owners: gone.map(({ uid }) => uid) }
  const { finalizers = [] } = object.metadata
  const foreground = states.some(({ state }) => state === 'waiting') && dependents.length > 0
  if (foreground || finalizers.includes(FOREGROUND)) return { action: 'delete', propagation: 'Foreground' }
  return { action: 'delete', propagation: finalizers.includes(ORPHAN) ? 'Orphan' : 'Background' }
}

/** A dependent that its owner's foreground deletion waits for. */
function blocks(dependent: KubeObject, owner: KubeObject): boolean {
  return ownersOf(dependent).some(({ uid, blockOwnerDeletion }) => uid === uidOf(owner) && blockOwnerDeletion === true)
}
