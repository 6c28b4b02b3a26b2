import { matchesNodeSelectorTerms } from '../../../../shared/api/node-selector.ts'
import { claimNameOf } from '../../../../shared/api/pod-claims.ts'
import { bestVolume, fitsClaim, isClaimBound, NO_PROVISIONER, storageClassOf } from '../../../../shared/api/storage.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../shared/api/types/core-v1.ts'
import { type ClusterView, RejectedEverywhere, type SchedulingPlugin, type StorageView } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { concernsClaims } from '../volume-events.ts'

interface State {
  readonly bound: readonly PersistentVolume[]
  /** Claims that need a volume made by hand on the node. */
  readonly waiting: readonly PersistentVolumeClaim[]
  readonly volumes: readonly PersistentVolume[]
}

const conflict = { reasons: ['node(s) had volume node affinity conflict'], resolvable: false }
const noVolume = { reasons: ["node(s) didn't find available persistent volumes to bind"], resolvable: false }

/** A pod runs only where its volumes can be; claims that wait for their first consumer are bound for the chosen node. */
export const volumeBinding: SchedulingPlugin = {
  name: 'VolumeBinding',
  weight: 0,
  skips: ({ pod }) =>
    !pod.spec?.volumes?.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim ?? ephemeral),
  prepare: ({ pod }, cluster) => prepare(pod, cluster),
  filter(_pod, node, state) {
    const { bound, waiting, volumes } = state as State
    if (bound.some((volume) => !isReachable(volume, node))) return conflict
    const here = volumes.filter((volume) => isReachable(volume, node))
    return canServe(waiting, here) ? undefined : noVolume
  },
  wakesOn: (pod, event) =>
    event.type === 'NodeAdded' ||
    (event.type === 'NodeUpdated' && event.labelsChanged) ||
    (event.type === 'StorageChanged' && concernsClaims(pod, event.object)),
}

/** Each claim gets a volume of its own. */
function canServe(claims: readonly PersistentVolumeClaim[], volumes: readonly PersistentVolume[]): boolean {
  let free = volumes
  return claims.every((claim) => {
    const chosen = bestVolume(claim, free)
    free = free.filter((volume) => volume !== chosen)
    return chosen !== undefined
  })
}

function prepare(pod: Pod, { storage }: ClusterView): State | RejectedEverywhere {
  const bound: PersistentVolume[] = []
  const waiting: PersistentVolumeClaim[] = []
  for (const volume of pod.spec?.volumes ?? []) {
    const name = claimNameOf(pod, volume)
    if (name === undefined) continue
    const claim = storage.claim(`${pod.metadata.namespace}/${name}`)
    const problem = problemOf(name, claim, storage)
    if (problem !== undefined) return new RejectedEverywhere(problem)
    if (claim === undefined) continue
    const known = isClaimBound(claim) ? storage.volume(claim.spec?.volumeName ?? '') : undefined
    if (known !== undefined) bound.push(known)
    else if (storage.storageClass(storageClassOf(claim))?.provisioner === NO_PROVISIONER) waiting.push(claim)
  }
  const volumes =
    waiting.length === 0 ? [] : storage.volumes().filter((volume) => waiting.some((c) => fitsClaim(volume, c)))
  return { bound, waiting, volumes }
}

function problemOf(name: string, claim: PersistentVolumeClaim | undefined, storage: StorageView): string | undefined {
  if (claim === undefined) return `persistentvolumeclaim "${name}" not found`
  if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`
  if (claim.status?.phase === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`
  }
  if (isClaimBound(claim)) {
    const isThere = storage.volume(claim.spec?.volumeName ?? '') !== undefined
    return isThere ? undefined : 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'
  }
  const isDelayed = storage.storageClass(storageClassOf(claim))?.volumeBindingMode === 'WaitForFirstConsumer'
  return isDelayed ? undefined : 'pod has unbound immediate PersistentVolumeClaims'
}

function isReachable({ spec }: PersistentVolume, { node }: NodeInfo): boolean {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms
  return terms === undefined || matchesNodeSelectorTerms(node, terms)
}
