import { controllerOf, controllerReference } from '../../../../shared/api/owner-references.ts'
import type { StatefulSet } from '../../../../shared/api/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../shared/api/types/core-v1.ts'
import type { OwnerReference } from '../../../../shared/api/types/meta-v1.ts'
import { ordinalOf } from './identity.ts'

/**
 * The owners that a member's claim should have by `persistentVolumeClaimRetentionPolicy`, as the garbage collector
 * reads them: the set's claims go with the set, a claim beyond the set's size with its pod. Undefined when nothing has
 * to change, or another controller owns the claim.
 */
export function ownersToWrite(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): OwnerReference[] | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {}
  const controller = controllerOf(claim)?.uid
  if (controller !== undefined && controller !== set.metadata.uid && controller !== pod.metadata.uid) return undefined
  const goesWithPod = whenScaled === 'Delete' && !isInRange(set, pod)
  const goesWithSet = whenDeleted === 'Delete' && !goesWithPod
  const now = claim.metadata.ownerReferences ?? []
  const owns = (owner: StatefulSet | Pod) => now.some(({ uid }) => uid === owner.metadata.uid)
  if (owns(set) === goesWithSet && owns(pod) === goesWithPod) return undefined
  const others = now.filter(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid)
  return [
    ...others,
    ...(goesWithSet ? [controllerReference(set)] : []),
    ...(goesWithPod ? [controllerReference(pod)] : []),
  ]
}

/** PodClaimIsStale: the claim will go with a pod of this name that is gone, so no new pod may take it. */
export function isStale(set: StatefulSet, claim: PersistentVolumeClaim, pod: Pod): boolean {
  if (set.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return false
  return (claim.metadata.ownerReferences ?? []).some(
    ({ kind, name, uid }) => kind === 'Pod' && name === pod.metadata.name && uid !== pod.metadata.uid,
  )
}

/** The pod is one of those that the set wants. */
export function isInRange(set: StatefulSet, pod: Pod): boolean {
  const start = set.spec?.ordinals?.start ?? 0
  const ordinal = ordinalOf(set, pod)
  return ordinal !== undefined && ordinal >= start && ordinal < start + (set.spec?.replicas ?? 1)
}
