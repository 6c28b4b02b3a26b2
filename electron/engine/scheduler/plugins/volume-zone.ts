import type { ClusterView, SchedulingPlugin } from '../framework.ts'
import type { PodInfo } from '../pod-info.ts'
import { concernsClaims } from '../volume-events.ts'

const conflict = { reasons: ['node(s) had no available volume zone'], resolvable: false }
/** Zone and region of a volume; the older names mean the same. */
const KEYS: readonly (readonly [key: string, older: string])[] = [
  ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'],
]

interface Place {
  readonly keys: readonly [key: string, older: string]
  readonly values: readonly string[]
}

/** A pod runs in the zone and region of its volumes' labels; a node that has neither is in all of them. */
export const volumeZone: SchedulingPlugin = {
  name: 'VolumeZone',
  weight: 0,
  skips: ({ claims }) => claims.length === 0,
  prepare: placesOf,
  filter(_pod, { labels }, state) {
    const places = state as readonly Place[]
    if (places.length === 0 || !KEYS.flat().some((key) => key in labels)) return undefined
    return places.every(({ keys, values }) => keys.some((key) => values.includes(labels[key] ?? '')))
      ? undefined
      : conflict
  },
  wakesOn: (pod, event) =>
    event.type === 'NodeAdded' ||
    (event.type === 'NodeUpdated' && event.labelsChanged) ||
    (event.type === 'StorageChanged' && concernsClaims(pod, event.object)),
}

function placesOf({ claims }: PodInfo, { storage }: ClusterView): readonly Place[] {
  return claims.flatMap((key) => {
    const labels = storage.volume(storage.claim(key)?.spec?.volumeName ?? '')?.metadata.labels ?? {}
    return KEYS.flatMap((keys) =>
      keys.filter((key) => key in labels).map((key) => ({ keys, values: (labels[key] as string).split('__') })),
    )
  })
}
