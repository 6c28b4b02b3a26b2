import { parseQuantity, quantityValue } from '../../../../shared/api/quantity.ts'
import { LOCAL_PROVISIONER } from '../../../../shared/api/storage.ts'
import type { Pod, Volume } from '../../../../shared/api/types/core-v1.ts'
import { podSpec } from '../pod-containers.ts'
import type { VolumeSpec } from '../pod-runtime.ts'
import {
  type FileInputs,
  holdsSecrets,
  isFilesVolume,
  MountFailure,
  type VolumeContents,
  volumeContents,
} from './volume-files.ts'

export interface PlannedVolumes {
  readonly specs: readonly VolumeSpec[]
  /** By name: what the kubelet put into its volumes. */
  readonly contents: ReadonlyMap<string, VolumeContents>
}

/** A volume of the pod that is not ready, in the words of the kubelet's FailedMount event. */
export class VolumeNotReady extends Error {
  constructor(volume: string, cause: string) {
    super(`MountVolume.SetUp failed for volume "${volume}" : ${cause}`)
    this.name = 'VolumeNotReady'
  }
}

/** Every volume of the pod, with its contents. Throws VolumeNotReady for the first that can't be set up. */
export async function planVolumes(inputs: FileInputs): Promise<PlannedVolumes> {
  const specs: VolumeSpec[] = []
  const contents = new Map<string, VolumeContents>()
  for (const volume of podSpec(inputs.pod).volumes ?? []) {
    try {
      if (isFilesVolume(volume)) {
        const filled = await volumeContents(inputs, volume)
        contents.set(volume.name, filled)
        const medium = holdsSecrets(volume) ? 'memory' : 'disk'
        specs.push({ name: volume.name, type: 'files', medium, files: filled.files })
      } else specs.push(await otherVolume(inputs, volume))
    } catch (error) {
      if (error instanceof MountFailure) throw new VolumeNotReady(volume.name, error.message)
      throw error
    }
  }
  return { specs, contents }
}

async function otherVolume(inputs: FileInputs, volume: Volume): Promise<VolumeSpec> {
  const { name, emptyDir, hostPath, persistentVolumeClaim, ephemeral } = volume
  if (emptyDir) {
    const sizeBytes = emptyDir.sizeLimit ? quantityValue(parseQuantity(emptyDir.sizeLimit)) : undefined
    const medium = emptyDir.medium === 'Memory' ? 'memory' : 'disk'
    return { name, type: 'directory', medium, ...(sizeBytes ? { sizeBytes } : {}) }
  }
  if (hostPath) return { name, type: 'hostPath', path: hostPath.path, check: hostPath.type ?? '' }
  if (persistentVolumeClaim) return await claimVolume(inputs, name, persistentVolumeClaim.claimName)
  if (ephemeral) return await claimVolume(inputs, name, `${inputs.pod.metadata.name}-${name}`)
  throw new MountFailure('this type of volume is not supported')
}

async function claimVolume({ pod, sources }: FileInputs, name: string, claimName: string): Promise<VolumeSpec> {
  const claim = await sources.claim(pod.metadata.namespace ?? '', claimName)
  if (!claim) throw new MountFailure(`persistentvolumeclaim "${claimName}" not found`)
  const volumeName = claim.spec?.volumeName
  if (!volumeName || claim.status?.phase !== 'Bound')
    throw new MountFailure(`PersistentVolumeClaim is not bound: "${claimName}"`)
  const volume = await sources.volume(volumeName)
  const hostPath = volume?.spec?.hostPath ?? volume?.spec?.local
  if (hostPath) return { name, type: 'hostPath', path: hostPath.path, check: '' }
  const handle = volume?.spec?.csi?.driver === LOCAL_PROVISIONER ? volume.spec.csi.volumeHandle : undefined
  if (handle !== undefined) return { name, type: 'claim', volume: handle }
  throw new MountFailure(`the source of volume "${volumeName}" is not supported`)
}

/** The ConfigMaps and Secrets that a pod draws on, as "ConfigMap/namespace/name". */
export function podReferences(pod: Pod): Set<string> {
  const references = new Set<string>()
  const namespace = pod.metadata.namespace ?? ''
  const add = (kind: string, name: string | undefined) => {
    if (name) references.add(`${kind}/${namespace}/${name}`)
  }
  const spec = podSpec(pod)
  for (const { configMap, secret, projected } of spec.volumes ?? []) {
    add('ConfigMap', configMap?.name)
    add('Secret', secret?.secretName)
    for (const source of projected?.sources ?? []) {
      add('ConfigMap', source.configMap?.name)
      add('Secret', source.secret?.name)
    }
  }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      add('ConfigMap', configMapRef?.name)
      add('Secret', secretRef?.name)
    }
    for (const { valueFrom } of container.env ?? []) {
      add('ConfigMap', valueFrom?.configMapKeyRef?.name)
      add('Secret', valueFrom?.secretKeyRef?.name)
    }
  }
  return references
}
