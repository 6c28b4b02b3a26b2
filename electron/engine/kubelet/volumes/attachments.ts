import { claimNameOf, claimNames } from '../../../../shared/api/pod-claims.ts'
import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { LOCAL_PROVISIONER } from '../../../../shared/api/storage.ts'
import type { PersistentVolumeClaim, Pod, Volume } from '../../../../shared/api/types/core-v1.ts'
import { podSpec } from '../pod-containers.ts'
import type { PodRuntime } from '../pod-runtime.ts'
import type { PodSources } from '../pod-sources.ts'
import { VolumeNotReady } from './pod-volumes.ts'

/** A volume that another node still has, in the words of the FailedAttachVolume event. */
export class VolumeNotAttachable extends Error {
  constructor(volumeName: string, pods: readonly Pod[]) {
    const names = pods.map(({ metadata }) => metadata.name).sort()
    super(`Multi-Attach error for volume "${volumeName}" Volume is already used by pod(s) ${names.join(', ')}`)
    this.name = 'VolumeNotAttachable'
  }
}

export interface AttachmentDeps {
  readonly sources: PodSources
  readonly runtime: Pick<PodRuntime, 'inspectPod'>
}

/**
 * Refuses a pod whose claims are held elsewhere: ReadWriteOnce by pods of other nodes, ReadWriteOncePod by any other
 * pod. A pod holds its claims for as long as its sandbox runs, so a failed node, which lost its containers, holds none.
 */
export async function checkAttachments(deps: AttachmentDeps, pod: Pod): Promise<void> {
  for (const volume of podSpec(pod).volumes ?? []) {
    const name = claimNameOf(pod, volume)
    const claim = name && (await deps.sources.claim(pod.metadata.namespace ?? '', name))
    if (claim) await checkClaim(deps, pod, volume, claim)
  }
}

async function checkClaim(deps: AttachmentDeps, pod: Pod, volume: Volume, claim: PersistentVolumeClaim): Promise<void> {
  const volumeName = claim.spec?.volumeName
  const bound = volumeName ? await deps.sources.volume(volumeName) : undefined
  // Paths of the machine are not attached to anything.
  if (!volumeName || bound?.spec?.csi?.driver !== LOCAL_PROVISIONER) return
  const modes = bound.spec.accessModes ?? []
  if (modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany')) return
  const holders = await holdersOf(deps, pod, claim.metadata.name ?? '')
  if (modes.includes('ReadWriteOncePod') && holders.length > 0) {
    const why = 'volume uses the ReadWriteOncePod access mode and is already in use by another pod'
    throw new VolumeNotReady(volume.name, why)
  }
  const elsewhere = holders.filter((holder) => podSpec(holder).nodeName !== podSpec(pod).nodeName)
  if (elsewhere.length > 0) throw new VolumeNotAttachable(volumeName, elsewhere)
}

/** Other pods with the claim that run now. */
async function holdersOf({ sources, runtime }: AttachmentDeps, pod: Pod, claimName: string): Promise<Pod[]> {
  const { namespace = '', uid } = pod.metadata
  const others = sources
    .pods(namespace)
    .filter((other) => other.metadata.uid !== uid && !isPodTerminal(other) && claimNames(other).includes(claimName))
  const runs = await Promise.all(
    others.map(async ({ metadata }) => {
      const observed = await runtime.inspectPod(metadata.uid ?? '')
      return observed?.sandboxes.some(({ state }) => state === 'running') ?? false
    }),
  )
  return others.filter((_, index) => runs[index])
}
