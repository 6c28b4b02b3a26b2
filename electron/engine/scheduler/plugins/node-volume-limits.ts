import { storageClassOf } from '../../../../shared/api/storage.ts'
import type { SchedulingPlugin, StorageView } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { concernsClaims } from '../volume-events.ts'

const exceeded = { reasons: ['node(s) exceed max volume count'], resolvable: true }

interface State {
  /** The volumes of the pod that drivers attach. */
  readonly wanted: ReadonlyMap<string, string>
  readonly storage: StorageView
}

/** A driver attaches no more volumes to a node than its CSINode allows; one that several pods use counts once. */
export const nodeVolumeLimits: SchedulingPlugin = {
  name: 'NodeVolumeLimits',
  weight: 0,
  skips: ({ claims }) => claims.length === 0,
  prepare: ({ claims }, { storage }): State => ({ wanted: attachedVolumes(claims, storage), storage }),
  filter(_pod, node, state) {
    const { wanted, storage } = state as State
    if (wanted.size === 0) return undefined
    const limits = limitsOf(node, storage)
    return limits.size > 0 && exceeds(limits, { wanted, node, storage }) ? exceeded : undefined
  },
  wakesOn(pod, event) {
    if (event.type === 'PodDeleted') return event.pod.claims.length > 0
    return event.type === 'NodeAdded' || (event.type === 'StorageChanged' && concernsClaims(pod, event.object))
  },
}

function exceeds(limits: ReadonlyMap<string, number>, { wanted, node, storage }: State & { readonly node: NodeInfo }) {
  const all = new Map(wanted)
  for (const { claims } of node.pods.values()) {
    for (const [volume, driver] of attachedVolumes(claims, storage)) all.set(volume, driver)
  }
  const drivers = [...all.values()]
  return [...new Set(wanted.values())].some((driver) => {
    return drivers.filter((other) => other === driver).length > (limits.get(driver) ?? Number.POSITIVE_INFINITY)
  })
}

/** How many volumes each driver can attach to the node. */
function limitsOf({ name }: NodeInfo, storage: StorageView): ReadonlyMap<string, number> {
  const drivers = storage.csiNode(name)?.spec.drivers ?? []
  return new Map(
    drivers.flatMap(({ name: driver, allocatable }) => {
      return allocatable?.count === undefined ? [] : [[driver, allocatable.count]]
    }),
  )
}

/** The driver of each volume behind the claims; an unbound claim counts for the one that will provision it. */
function attachedVolumes(claims: readonly string[], storage: StorageView): Map<string, string> {
  const attached = new Map<string, string>()
  for (const key of claims) {
    const claim = storage.claim(key)
    if (claim === undefined) continue
    const volume = storage.volume(claim.spec?.volumeName ?? '')
    const driver = volume ? volume.spec?.csi?.driver : storage.storageClass(storageClassOf(claim))?.provisioner
    if (driver) attached.set(`${driver}/${volume?.spec?.csi?.volumeHandle ?? key}`, driver)
  }
  return attached
}
