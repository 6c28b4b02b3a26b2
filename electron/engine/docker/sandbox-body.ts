import type { SandboxSpec, VolumeSpec } from '../kubelet/pod-runtime.ts'
import type { ContainerBody, HostConfigBody, Labels, MountBody } from './engine-types.ts'
import { label, type Owner, ownerLabels } from './labels.ts'
import { commandLine, type SandboxCommand } from './sandbox-control.ts'
import { rootCommands, volumePath } from './volume-commands.ts'

/** What of a volume a container of the pod must know to mount it; kept in a label of the sandbox. */
interface VolumeSource {
  readonly kind: 'directory' | 'files' | 'hostPath' | 'claim'
  /** The engine's volume, or the path on its machine. */
  readonly source: string
}

export type VolumeSources = Readonly<Record<string, VolumeSource>>

export const terminationDir = '/termination'

/** A new sandbox gets new memory: the engine may be wrong about who uses the former one (live-restore.ts). */
function podVolumeName({ uid, attempt }: SandboxSpec, volume: VolumeSpec): string {
  const name = `slipway-${uid}-${volume.name}`
  return 'medium' in volume && volume.medium === 'memory' && attempt > 0 ? `${name}_${attempt}` : name
}

/** Underlined, so that no volume of the pod can have the name. */
export function terminationVolumeName(podUid: string): string {
  return `slipway-${podUid}_termination`
}

function volumeSources(spec: SandboxSpec): VolumeSources {
  return Object.fromEntries(
    spec.volumes.map((volume): [string, VolumeSource] => {
      if (volume.type === 'hostPath') return [volume.name, { kind: 'hostPath', source: volume.path }]
      if (volume.type === 'claim') return [volume.name, { kind: 'claim', source: volume.volume }]
      return [volume.name, { kind: volume.type, source: podVolumeName(spec, volume) }]
    }),
  )
}

export interface SandboxSurroundings {
  readonly owner: Owner
  readonly image: string
  /** The network or container whose network namespace the pod has. */
  readonly networkMode: string
  /** Run in the sandbox at every start, after its files are written. */
  readonly setup: readonly SandboxCommand[]
  /** Negative where the engine may protect a process from the kernel's out-of-memory killer. */
  readonly oomScoreAdj: number
}

/** The score of a sandbox, as the kubelet's: killed last. */
export const sandboxOomScoreAdj = -998

export function sandboxName(spec: SandboxSpec): string {
  return `slipway_POD_${spec.name}_${spec.namespace}_${spec.uid}_${spec.attempt}`
}

export function podLabels(
  owner: Owner,
  pod: { uid: string; namespace: string; name: string; node: string; attempt: number },
): Labels {
  return {
    ...ownerLabels(owner),
    [label.podUid]: pod.uid,
    [label.podNamespace]: pod.namespace,
    [label.podName]: pod.name,
    [label.node]: pod.node,
    [label.attempt]: String(pod.attempt),
  }
}

/** The create call of a sandbox: pure. */
export function sandboxBody(spec: SandboxSpec, surroundings: SandboxSurroundings): ContainerBody {
  const { owner } = surroundings
  return {
    Image: surroundings.image,
    Env: [`SLIPWAY_SETUP=${setupCommands(spec, surroundings.setup).map(commandLine).join('\n')}`],
    OpenStdin: true,
    StdinOnce: false,
    Healthcheck: { Test: ['NONE'] },
    Labels: {
      ...podLabels(owner, spec),
      [label.role]: 'sandbox',
      [label.podIP]: spec.podIP ?? '',
      [label.volume]: JSON.stringify(volumeSources(spec)),
    },
    ...(spec.hostNetwork ? {} : network(spec, surroundings.networkMode)),
    HostConfig: hostConfig(spec, surroundings),
  }
}

function network(spec: SandboxSpec, networkMode: string): Partial<ContainerBody> {
  return {
    Hostname: spec.hostname,
    ...(spec.podIP && {
      NetworkingConfig: { EndpointsConfig: { [networkMode]: { IPAMConfig: { IPv4Address: spec.podIP } } } },
    }),
  }
}

function setupCommands(spec: SandboxSpec, setup: readonly SandboxCommand[]): SandboxCommand[] {
  const file = (path: string, text: string): SandboxCommand => {
    return ['write', path, '0644', 0, 0, Buffer.from(text).toString('base64')]
  }
  // A pod on its node's network shares the files of the node's anchor.
  const files = spec.hostNetwork ? [] : [file('/etc/hosts', spec.hosts)]
  // Empty: the engine's own stays.
  if (!spec.hostNetwork && spec.resolvConf !== '') files.push(file('/etc/resolv.conf', spec.resolvConf))
  return [...files, ...rootCommands(spec.volumes), ...setup]
}

function hostConfig(spec: SandboxSpec, surroundings: SandboxSurroundings): HostConfigBody {
  const mounts = spec.volumes.flatMap((volume) => sandboxMount(spec, volume, surroundings.owner) ?? [])
  mounts.push(
    volumeMount(terminationVolumeName(spec.uid), terminationDir, podVolumeLabels(surroundings.owner, spec.uid)),
  )
  return {
    NetworkMode: surroundings.networkMode,
    IpcMode: 'shareable',
    CapDrop: ['ALL'],
    // The volumes' owners and modes are set in the sandbox; its network namespace is its own unless it is the node's.
    CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', ...(spec.hostNetwork ? [] : ['NET_ADMIN'])],
    SecurityOpt: ['no-new-privileges'],
    LogConfig: { Type: 'none', Config: {} },
    RestartPolicy: { Name: 'no' },
    CpuShares: 2,
    OomScoreAdj: surroundings.oomScoreAdj,
    Sysctls: { ...spec.sysctls },
    Mounts: mounts,
    Binds: spec.volumes.flatMap((volume) => sandboxBind(volume) ?? []),
  }
}

function podVolumeLabels(owner: Owner, podUid: string): Labels {
  return { ...ownerLabels(owner), [label.podUid]: podUid }
}

function volumeMount(source: string, target: string, labels: Labels, driverOptions?: Labels): MountBody {
  return {
    Type: 'volume',
    Source: source,
    Target: target,
    VolumeOptions: {
      NoCopy: true,
      Labels: labels,
      ...(driverOptions && { DriverConfig: { Name: 'local', Options: driverOptions } }),
    },
  }
}

function sandboxMount(spec: SandboxSpec, volume: VolumeSpec, owner: Owner): MountBody | undefined {
  const target = volumePath(volume.name)
  switch (volume.type) {
    case 'hostPath':
      // What must exist is a mount, which refuses a missing source; the rest is a bind, which makes a directory.
      return mustExist(volume.check) ? { Type: 'bind', Source: volume.path, Target: target } : undefined
    case 'claim':
      return volumeMount(volume.volume, target, ownerLabels(owner))
    case 'files':
    case 'directory': {
      const size = volume.type === 'directory' && volume.sizeBytes ? `,size=${volume.sizeBytes}` : ''
      const options = volume.medium === 'memory' ? { type: 'tmpfs', device: 'tmpfs', o: `mode=1777${size}` } : undefined
      return volumeMount(podVolumeName(spec, volume), target, podVolumeLabels(owner, spec.uid), options)
    }
  }
}

function mustExist(check: string): boolean {
  return check !== '' && check !== 'DirectoryOrCreate'
}

function sandboxBind(volume: VolumeSpec): string | undefined {
  if (volume.type !== 'hostPath' || mustExist(volume.check)) return undefined
  return `${volume.path}:${volumePath(volume.name)}`
}
