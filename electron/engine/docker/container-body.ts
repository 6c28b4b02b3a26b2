import { posix } from 'node:path'
import type { ContainerSpec } from '../kubelet/pod-runtime.ts'
import type { ContainerBody, HostConfigBody, MountBody } from './engine-types.ts'
import { label, type Owner } from './labels.ts'
import { podLabels, terminationDir, terminationVolumeName, type VolumeSources } from './sandbox-body.ts'

const smallestMemoryBytes = 6 * 1024 * 1024
const cpuPeriodUs = 100_000

/** Where a mount with a subPath, or the termination message, really is: found out before the create call. */
export interface ResolvedMounts {
  /** By index of the mount: the path, free of links, inside its volume. */
  readonly subPaths: ReadonlyMap<number, string>
  /** The engine mounts a path inside a volume itself (API 1.45). */
  readonly engineHasSubpath: boolean
  /** The engine's directory of a volume, where it has not. */
  mountpoint(volume: string): string
}

export function containerName(spec: ContainerSpec): string {
  return `slipway_${spec.name}_${spec.pod}_${spec.namespace}_${spec.uid}_${spec.attempt}`
}

export function terminationFile(container: { name: string; attempt: number }): string {
  return `${container.name}-${container.attempt}`
}

export function terminationFilePath(container: { name: string; attempt: number }): string {
  return posix.join(terminationDir, terminationFile(container))
}

/** The create call of one of the pod's containers: pure. */
export function containerBody(
  spec: ContainerSpec,
  owner: Owner,
  volumes: VolumeSources,
  resolved: ResolvedMounts,
): ContainerBody {
  return {
    Image: spec.image,
    ...(spec.command?.length && { Entrypoint: [...spec.command] }),
    ...(spec.args?.length && { Cmd: [...spec.args] }),
    Env: spec.env.map(({ name, value }) => `${name}=${value}`),
    ...(spec.workingDir && { WorkingDir: spec.workingDir }),
    ...userOf(spec),
    Tty: spec.tty,
    OpenStdin: spec.stdin,
    StdinOnce: spec.stdin && spec.stdinOnce,
    Healthcheck: { Test: ['NONE'] },
    Labels: {
      ...podLabels(owner, { ...spec, name: spec.pod }),
      [label.role]: 'container',
      [label.containerName]: spec.name,
      [label.containerType]: spec.type,
      [label.hash]: spec.hash,
      [label.sandboxId]: spec.sandboxId,
    },
    HostConfig: hostConfig(spec, volumes, resolved),
  }
}

function userOf({ user }: ContainerSpec): { User?: string } {
  if (user.uid === undefined) return user.gid === undefined ? {} : { User: `0:${user.gid}` }
  return { User: user.gid === undefined ? `${user.uid}` : `${user.uid}:${user.gid}` }
}

function hostConfig(spec: ContainerSpec, volumes: VolumeSources, resolved: ResolvedMounts): HostConfigBody {
  const pidMode = spec.hostPID ? 'host' : spec.shareProcessNamespace ? `container:${spec.sandboxId}` : undefined
  return {
    NetworkMode: `container:${spec.sandboxId}`,
    IpcMode: `container:${spec.sandboxId}`,
    ...(pidMode && { PidMode: pidMode }),
    LogConfig: { Type: 'local', Config: { 'max-size': '10m', 'max-file': '5' } },
    RestartPolicy: { Name: 'no' },
    CpuShares: Math.max(2, spec.cpuShares),
    ...cpuLimit(spec),
    ...memoryLimit(spec),
    OomScoreAdj: spec.oomScoreAdj,
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readOnlyRootFilesystem,
    CapAdd: [...spec.addCapabilities],
    CapDrop: [...spec.dropCapabilities],
    GroupAdd: spec.supplementalGroups.map(String),
    SecurityOpt: spec.noNewPrivileges ? ['no-new-privileges'] : [],
    Mounts: mounts(spec, volumes, resolved),
  }
}

function cpuLimit({ cpuLimitMillis }: ContainerSpec): Partial<HostConfigBody> {
  if (cpuLimitMillis === undefined) return {}
  // The kernel's smallest quota is 1 ms.
  return { CpuPeriod: cpuPeriodUs, CpuQuota: Math.max(1000, Math.round((cpuLimitMillis * cpuPeriodUs) / 1000)) }
}

function memoryLimit({ memoryLimitBytes }: ContainerSpec): Partial<HostConfigBody> {
  if (memoryLimitBytes === undefined) return {}
  const bytes = Math.max(smallestMemoryBytes, memoryLimitBytes)
  return { Memory: bytes, MemorySwap: bytes }
}

function mounts(spec: ContainerSpec, volumes: VolumeSources, resolved: ResolvedMounts): MountBody[] {
  const result = spec.mounts.map((mount, index): MountBody => {
    const volume = volumes[mount.volume]
    if (volume === undefined) throw new Error(`the pod has no volume ${mount.volume}`)
    const subPath = resolved.subPaths.get(index)
    // Contents that the kubelet keeps up to date are read-only to containers.
    const common = { Target: mount.mountPath, ReadOnly: mount.readOnly || volume.kind === 'files' }
    if (volume.kind === 'hostPath') {
      return { Type: 'bind', Source: posix.join(volume.source, subPath ?? ''), ...common }
    }
    return volumeMount(volume.source, subPath, common, resolved)
  })
  if (spec.terminationMessagePath !== '') {
    const common = { Target: spec.terminationMessagePath, ReadOnly: false }
    result.push(volumeMount(terminationVolumeName(spec.uid), terminationFile(spec), common, resolved))
  }
  return result
}

function volumeMount(
  source: string,
  subPath: string | undefined,
  common: { Target: string; ReadOnly: boolean },
  resolved: ResolvedMounts,
): MountBody {
  if (!subPath) return { Type: 'volume', Source: source, ...common, VolumeOptions: { NoCopy: true } }
  if (resolved.engineHasSubpath) {
    return { Type: 'volume', Source: source, ...common, VolumeOptions: { NoCopy: true, Subpath: subPath } }
  }
  return { Type: 'bind', Source: posix.join(resolved.mountpoint(source), subPath), ...common }
}
