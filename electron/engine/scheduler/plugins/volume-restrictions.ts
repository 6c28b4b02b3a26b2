import type { SchedulingPlugin } from '../framework.ts'

const taken = {
  reasons: ['node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'],
  resolvable: true,
}

/** A claim of the access mode ReadWriteOncePod serves one pod in the whole cluster; one of higher priority may take it. */
export const volumeRestrictions: SchedulingPlugin = {
  name: 'VolumeRestrictions',
  weight: 0,
  skips: ({ claims }) => claims.length === 0,
  /** Whether a claim of the pod serves another one already. */
  prepare: ({ claims }, { storage, pods }): boolean =>
    claims.some((key) => storage.claim(key)?.spec?.accessModes?.includes('ReadWriteOncePod') && pods.isClaimUsed(key)),
  readsPods: (_pod, state) => state as boolean,
  filter: (_pod, _node, state) => ((state as boolean) ? taken : undefined),
  wakesOn: ({ claims }, event) => event.type === 'PodDeleted' && event.pod.claims.some((key) => claims.includes(key)),
}
