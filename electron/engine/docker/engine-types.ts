import type { ContainerCreateOptions, HostConfig } from 'dockerode'

/** The parts of the engine's answers that are read here. */
export interface EngineVersion {
  readonly Version: string
  readonly ApiVersion: string
  readonly Os: string
  readonly Arch: string
  readonly KernelVersion?: string
}

export interface EngineInfo {
  readonly ID: string
  readonly NCPU: number
  readonly MemTotal: number
  readonly ServerVersion: string
  readonly OperatingSystem: string
  readonly OSType: string
  readonly Architecture: string
  readonly KernelVersion: string
  readonly DockerRootDir: string
  readonly CgroupVersion?: string
  readonly SecurityOptions?: readonly string[] | null
  readonly LiveRestoreEnabled?: boolean
}

export type Filters = Readonly<Record<string, readonly string[]>>
export type Labels = Readonly<Record<string, string>>

export interface ContainerSummary {
  readonly Id: string
  readonly Names: readonly string[]
  readonly Image: string
  readonly ImageID: string
  /** Seconds. */
  readonly Created: number
  readonly State: string
  /** "Exited (137) 5 minutes ago". */
  readonly Status: string
  readonly Labels: Labels
}

export interface ContainerInspect {
  readonly Id: string
  /** Commands that were announced or started in it and are not yet forgotten. */
  readonly ExecIDs?: readonly string[] | null
  readonly Created: string
  readonly Image: string
  readonly Name: string
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    readonly Paused: boolean
    readonly OOMKilled: boolean
    readonly Pid: number
    readonly ExitCode: number
    readonly Error: string
    readonly StartedAt: string
    readonly FinishedAt: string
  }
  readonly HostConfig: { readonly OomScoreAdj: number }
  readonly Config: {
    readonly Labels: Labels
    readonly Tty: boolean
    readonly Image: string
    readonly StopSignal?: string
  }
}

export interface ExecInspect {
  readonly Running: boolean
  readonly ExitCode: number | null
  readonly Pid: number
}

export interface NetworkInspect {
  readonly Id: string
  readonly Name: string
  readonly Labels: Labels | null
  readonly IPAM: { readonly Config: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null }
}

export interface VolumeInspect {
  readonly Name: string
  readonly Mountpoint: string
  readonly Labels: Labels | null
}

export interface ImageInspect {
  readonly Id: string
  readonly RepoTags: readonly string[] | null
  readonly RepoDigests: readonly string[] | null
  readonly Size: number
  readonly Config: { readonly User?: string; readonly Labels?: Labels | null } | null
}

export type ImageSummary = Pick<ImageInspect, 'Id' | 'RepoTags' | 'RepoDigests' | 'Size'>

export type HostConfigBody = Omit<HostConfig, 'Mounts'> & { Mounts?: MountBody[] }
export type ContainerBody = Omit<ContainerCreateOptions, 'HostConfig' | 'name'> & { HostConfig?: HostConfigBody }

export interface MountBody {
  readonly Type: 'volume' | 'bind' | 'tmpfs'
  readonly Source?: string
  readonly Target: string
  readonly ReadOnly?: boolean
  readonly BindOptions?: { readonly Propagation?: 'private' | 'rprivate' | 'rslave' | 'rshared' }
  readonly VolumeOptions?: {
    readonly NoCopy: boolean
    readonly Labels?: Labels
    readonly Subpath?: string
    readonly DriverConfig?: { readonly Name: string; readonly Options: Labels }
  }
}

export interface ExecBody {
  readonly Cmd: readonly string[]
  readonly AttachStdin?: boolean
  readonly AttachStdout?: boolean
  readonly AttachStderr?: boolean
  readonly Tty?: boolean
  readonly DetachKeys?: string
  readonly User?: string
  readonly Env?: readonly string[]
}

export interface NetworkBody {
  readonly Name: string
  readonly Driver: string
  readonly CheckDuplicate?: boolean
  readonly Labels: Labels
  readonly Options?: Labels
  readonly IPAM?: { readonly Config: readonly { Subnet: string; IPRange?: string; Gateway?: string }[] }
}
