import { isDiskConflict } from '../disk-conflicts.ts'
import type { SchedulingPlugin } from '../framework.ts'
import type { PodInfo } from '../pod-info.ts'

const taken = {
  reasons: ['node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'],
  resolvable: true,
}
const noDisk = { reasons: ['node(s) had no available disk'], resolvable: true }

/**
 * A disk that cannot be shared is used by one pod of a node. A claim of the access mode ReadWriteOncePod serves one pod in
 * the whole cluster; one of higher priority may take it.
 */
export const volumeRestrictions: SchedulingPlugin = {
  name: 'VolumeRestrictions',
  weight: 0,
  skips: ({ claims, disks }) => claims.length === 0 && disks.length === 0,
  /** Whether a claim of the pod serves another one already. */
  prepare: ({ claims }, { storage, pods }): boolean =>
    claims.some((key) => storage.claim(key)?.spec?.accessModes?.includes('ReadWriteOncePod') && pods.isClaimUsed(key)),
  readsPods: (_pod, state) => state as boolean,
  filter(pod, node, state) {
    if (pod.disks.length > 0) for (const other of node.pods.values()) if (haveConflict(pod, other)) return noDisk
    return (state as boolean) ? taken : undefined
  },
  wakesOn: (pod, event) =>
    event.type === 'PodDeleted' &&
    (event.pod.claims.some((key) => pod.claims.includes(key)) || haveConflict(pod, event.pod)),
}

function haveConflict(a: PodInfo, b: PodInfo): boolean {
  return a.disks.some((disk) => b.disks.some((other) => isDiskConflict(disk, other)))
}
