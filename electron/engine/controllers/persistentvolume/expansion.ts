import { compareSizes, LOCAL_PROVISIONER } from '../../../../shared/api/storage.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../../../shared/api/types/core-v1.ts'

/** The size that the claim's volume has to grow to; undefined when it is large enough, or another driver's. */
export function sizeToGrowTo(claim: PersistentVolumeClaim, volume: PersistentVolume): string | undefined {
  const wanted = claim.spec?.resources?.requests?.storage
  if (wanted === undefined || volume.spec?.csi?.driver !== LOCAL_PROVISIONER) return undefined
  return compareSizes(wanted, volume.spec.capacity?.storage) > 0 ? wanted : undefined
}

/** As the resizer of a driver marks a claim whose volume it is about to grow. */
export function resizingStatus(
  status: PersistentVolumeClaimStatus,
  size: string,
  now: number,
): PersistentVolumeClaimStatus {
  const { conditions = [], ...rest } = withoutResizing(status)
  return {
    ...rest,
    conditions: [...conditions, { type: 'Resizing', status: 'True', lastTransitionTime: timestamp(now) }],
    allocatedResources: { ...status.allocatedResources, storage: size },
    allocatedResourceStatuses: { ...status.allocatedResourceStatuses, storage: 'ControllerResizeInProgress' },
  }
}

/**
 * Of a claim that has its volume. What becomes of the size of a bound claim is its driver's to tell; ours leaves nothing
 * to the node, as an engine's volume has no file system of its own.
 */
export function boundStatus({ status = {} }: PersistentVolumeClaim, volume: PersistentVolume) {
  const { accessModes, capacity, csi } = volume.spec ?? {}
  const isOurs = csi?.driver === LOCAL_PROVISIONER
  const bound: PersistentVolumeClaimStatus = {
    ...(isOurs ? withoutResizing(status) : status),
    phase: 'Bound',
    ...(accessModes ? { accessModes } : {}),
  }
  if (capacity?.storage && (isOurs || status.phase !== 'Bound')) bound.capacity = { storage: capacity.storage }
  return bound
}

function withoutResizing(status: PersistentVolumeClaimStatus): PersistentVolumeClaimStatus {
  const { conditions = [], allocatedResourceStatuses = {}, ...rest } = status
  const others = conditions.filter(({ type }) => type !== 'Resizing')
  const { storage: _storage, ...statuses } = allocatedResourceStatuses
  return {
    ...rest,
    ...(others.length > 0 ? { conditions: others } : {}),
    ...(Object.keys(statuses).length > 0 ? { allocatedResourceStatuses: statuses } : {}),
  }
}
