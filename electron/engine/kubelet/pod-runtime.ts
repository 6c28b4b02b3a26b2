import type { Duplex, Readable } from 'node:stream'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { AttachedStreams, PodLogOptions } from '../apiserver/pod-streams.ts'

/** The network, IPC and volume holder of one pod. */
export interface SandboxSpec {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly node: string
  /** Counts sandboxes of the same pod, from 0. */
  readonly attempt: number
  readonly hostname: string
  /** The address that the pod has for its life; undefined for hostNetwork pods. */
  readonly podIP: string | undefined
  /** hostNetwork pods join the node's anchor instead of the cluster network. */
  readonly hostNetwork: boolean
  readonly shareProcessNamespace: boolean
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[]
  /** The whole of /etc/resolv.conf and /etc/hosts. */
  readonly resolvConf: string
  readonly hosts: string
  readonly sysctls: Readonly<Record<string, string>>
  /** Given to the pod's volumes at their start, hostPath excepted. */
  readonly fsGroup?: number | undefined
  readonly volumes: readonly VolumeSpec[]
}

/** A pod volume; `name` is unique in the pod. */
export type VolumeSpec =
  | {
      readonly name: string
      readonly type: 'directory'
      readonly medium: 'disk' | 'memory'
      readonly sizeBytes?: number
    }
  /** Kept up to date by the kubelet: ConfigMap, Secret, downward API, projected. Secrets are in memory. */
  | {
      readonly name: string
      readonly type: 'files'
      readonly medium: 'disk' | 'memory'
      readonly files: readonly VolumeFile[]
    }
  | { readonly name: string; readonly type: 'hostPath'; readonly path: string; readonly check: string }
  /** A named volume that outlives the pod. */
  | { readonly name: string; readonly type: 'claim'; readonly volume: string }

export interface VolumeFile {
  /** Relative, with "/" between parts. */
  readonly path: string
  readonly content: Buffer
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

export interface ContainerSpec {
  readonly uid: string
  readonly namespace: string
  readonly pod: string
  readonly node: string
  readonly name: string
  readonly type: 'container' | 'init' | 'ephemeral'
  /** The restart count at its creation. */
  readonly attempt: number
  readonly sandboxId: string
  readonly image: string
  readonly command: readonly string[] | undefined
  readonly args: readonly string[] | undefined
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly workingDir: string | undefined
  readonly mounts: readonly MountSpec[]
  readonly cpuShares: number
  /** CPU limit in thousandths of a core; undefined: none. */
  readonly cpuLimitMillis: number | undefined
  readonly memoryLimitBytes: number | undefined
  readonly tty: boolean
  readonly stdin: boolean
  readonly stdinOnce: boolean
  readonly user: { readonly uid?: number; readonly gid?: number }
  readonly supplementalGroups: readonly number[]
  readonly privileged: boolean
  readonly readOnlyRootFilesystem: boolean
  readonly addCapabilities: readonly string[]
  readonly dropCapabilities: readonly string[]
  readonly noNewPrivileges: boolean
  readonly oomScoreAdj: number
  /** Joins the pod's process namespace. */
  readonly shareProcessNamespace: boolean
  readonly hostPID: boolean
  readonly terminationMessagePath: string
  /** A hash of the container's spec: a change means a new container. */
  readonly hash: string
}

export interface MountSpec {
  readonly volume: string
  readonly mountPath: string
  readonly readOnly: boolean
  readonly subPath?: string | undefined
}

export type ContainerState = 'created' | 'running' | 'paused' | 'exited'

export interface ObservedContainer {
  readonly id: string
  readonly name: string
  readonly type: 'container' | 'init' | 'ephemeral'
  readonly attempt: number
  readonly hash: string
  readonly sandboxId: string
  readonly image: string
  readonly imageId: string
  readonly state: ContainerState
  /** RFC 3339 with nanoseconds; undefined where it has not happened. */
  readonly createdAt: string
  readonly startedAt: string | undefined
  readonly finishedAt: string | undefined
  readonly exitCode: number | undefined
  readonly oomKilled: boolean
  /** The engine's text when a start failed. */
  readonly error: string | undefined
}

export interface ObservedSandbox {
  readonly id: string
  readonly attempt: number
  readonly state: ContainerState
  readonly podIP: string | undefined
  readonly createdAt: string
}

/** All that the engine holds of one pod. */
export interface ObservedPod {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly node: string
  /** Newest first. */
  readonly sandboxes: readonly ObservedSandbox[]
  /** Newest first. */
  readonly containers: readonly ObservedContainer[]
}

export type RuntimeErrorReason =
  | 'InvalidImageName'
  | 'ErrImageNeverPull'
  | 'ErrImagePull'
  | 'RegistryUnavailable'
  | 'CreateContainerError'
  | 'CreateContainerConfigError'
  | 'RunContainerError'
  | 'FailedCreatePodSandBox'
  | 'NotFound'
  | 'EngineUnavailable'

/** A failure of the engine, sorted into Kubernetes' reasons; the message is the engine's, without secrets. */
export class RuntimeError extends Error {
  readonly reason: RuntimeErrorReason
  /** 126, 127, 128 of a failed start. */
  readonly exitCode: number | undefined
  constructor(reason: RuntimeErrorReason, message: string, exitCode?: number) {
    super(message)
    this.name = 'RuntimeError'
    this.reason = reason
    this.exitCode = exitCode
  }
}

export interface ImageInfo {
  readonly id: string
  /** "repo@sha256:..." where the engine knows it, else the id: the container status's imageID. */
  readonly digest: string
  readonly sizeBytes: number
  readonly names: readonly string[]
  /** The image's own user, for runAsNonRoot. */
  readonly user: string
}

export interface LocalImage {
  readonly names: readonly string[]
  readonly sizeBytes: number
}

export interface ExecOptions extends AttachedStreams {
  readonly command: readonly string[]
}

/**
 * Pods on a container engine: Docker's or a simulated one. Every call is idempotent where it can be: what exists is
 * adopted, what is gone is success. Only objects of this installation and cluster are ever seen or touched.
 */
export interface PodRuntime {
  /** Everything of this cluster, by pod. Throws RuntimeError EngineUnavailable while the engine is away. */
  list(): Promise<readonly ObservedPod[]>
  inspectPod(uid: string): Promise<ObservedPod | undefined>
  /** Called with a pod uid after something happened to its containers, with undefined when anything may have. */
  onChange(listener: (uid: string | undefined) => void): Disposable

  /** Creates the sandbox's volumes, the sandbox with its network address, and starts it; resolves with its id. */
  runSandbox(spec: SandboxSpec): Promise<string>
  /** Kills the sandbox and what runs in it. */
  stopSandbox(id: string): Promise<void>
  /** Removes the pod's containers, sandboxes and volumes (claims excepted). */
  removePod(uid: string): Promise<void>

  createContainer(spec: ContainerSpec): Promise<string>
  startContainer(id: string): Promise<void>
  /** Sends the image's stop signal, then SIGKILL after `graceMs`; resolves when it is down. */
  stopContainer(id: string, graceMs: number): Promise<void>
  removeContainer(id: string): Promise<void>
  /** The last 4096 bytes of the termination message file, "" where there is none. */
  terminationMessage(id: string, path: string): Promise<string>

  /** Replaces the contents of a `files` volume atomically (the kubelet's ..data link). */
  updateFiles(uid: string, volume: string, files: readonly VolumeFile[]): Promise<void>
  /** The bytes that the files of a `directory` volume take on the disk. */
  volumeUsage(uid: string, volume: string): Promise<number>

  image(name: string): Promise<ImageInfo | undefined>
  /** All that the engine has under a name, with digests before tags. */
  listImages(): Promise<readonly LocalImage[]>
  pullImage(
    name: string,
    auth: readonly { username: string; password: string }[],
    signal: AbortSignal,
  ): Promise<ImageInfo>

  logs(containerId: string, options: PodLogOptions, signal: AbortSignal): Promise<Readable>
  exec(containerId: string, options: ExecOptions, signal: AbortSignal): Promise<number>
  attach(containerId: string, streams: AttachedStreams, signal: AbortSignal): Promise<void>
  /** Connects to 127.0.0.1:port inside the sandbox. */
  portForward(sandboxId: string, port: number): Promise<Duplex>
  /** Freezes and thaws every container of the cluster. The clock is one that goes on meanwhile. */
  pause(clock: Clock): Promise<void>
  unpause(): Promise<void>
}
