import type { KubeObject } from '../../../../shared/api/object.ts'
import { controllerOf, controllerReference } from '../../../../shared/api/owner-references.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { ResourceClient } from '../../client/client.ts'

export interface ClaimOptions<T extends KubeObject, O extends KubeObject> {
  readonly owner: O
  readonly owners: Pick<ResourceClient<O>, 'get'>
  readonly dependents: ResourceClient<T>
  /** Objects that the owner controls, and orphans. */
  readonly candidates: readonly T[]
  readonly matches: (object: T) => boolean
}

/**
 * Reconciles who owns what: adopts orphans that the selector matches, releases what it no longer matches, and leaves
 * what has another controller. Answers what the owner controls afterwards.
 */
export async function claim<T extends KubeObject, O extends KubeObject>(options: ClaimOptions<T, O>): Promise<T[]> {
  const { owner, dependents, candidates, matches } = options
  const ownerDeleted = owner.metadata.deletionTimestamp !== undefined
  const mine: T[] = []
  let mayAdopt: Promise<void> | undefined
  for (const object of candidates) {
    const controller = controllerOf(object)
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue
      if (matches(object)) mine.push(object)
      else if (!ownerDeleted) await release(dependents, object, owner)
      continue
    }
    if (ownerDeleted || object.metadata.deletionTimestamp !== undefined || !matches(object)) continue
    mayAdopt ??= recheck(options)
    await mayAdopt
    if (await adopt(dependents, object, owner)) mine.push(object)
  }
  return mine
}

/** The cache may not know yet that the owner is being deleted; then adopting would undo an orphaning. */
async function recheck<T extends KubeObject, O extends KubeObject>({ owner, owners }: ClaimOptions<T, O>) {
  const { name, namespace, uid } = owner.metadata
  const fresh = await owners.get(name ?? '', namespace)
  if (fresh.metadata.uid !== uid) {
    throw new Error(`original ${owner.kind} ${namespace}/${name} is gone: got uid ${fresh.metadata.uid}, wanted ${uid}`)
  }
  const { deletionTimestamp } = fresh.metadata
  if (deletionTimestamp !== undefined)
    throw new Error(`${namespace}/${name} has just been deleted at ${deletionTimestamp}`)
}

async function adopt<T extends KubeObject>(dependents: ResourceClient<T>, object: T, owner: KubeObject) {
  const body = { metadata: { uid: object.metadata.uid, ownerReferences: [controllerReference(owner)] } }
  return patchOwners(dependents, object, body)
}

async function release<T extends KubeObject>(dependents: ResourceClient<T>, object: T, owner: KubeObject) {
  const reference = { $patch: 'delete', uid: owner.metadata.uid }
  const body = { metadata: { uid: object.metadata.uid, ownerReferences: [reference] } }
  return patchOwners(dependents, object, body)
}

/** False when the object is gone, or another one has its name by now. */
async function patchOwners<T extends KubeObject>(dependents: ResourceClient<T>, object: T, body: unknown) {
  const { name, namespace } = object.metadata
  try {
    await dependents.patch({ name: name ?? '', namespace }, { type: 'application/strategic-merge-patch+json', body })
    return true
  } catch (error) {
    if (isApiError(error, 'NotFound') || isApiError(error, 'Invalid')) return false
    throw error
  }
}
