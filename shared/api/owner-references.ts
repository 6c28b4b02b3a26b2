import type { KubeObject } from './object.ts'
import type { OwnerReference } from './types/meta-v1.ts'

/** The reference to the one owner that manages this object (`controller: true`). */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true)
}

/** What a controller puts on the objects it makes (`NewControllerRef`). */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}
