import type { Duplex, Readable } from 'node:stream'
import { includesRawSockets } from '../../../shared/api/capabilities.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import { Emitter } from '../../../shared/lang/emitter.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { AttachedStreams, PodLogOptions } from '../apiserver/pod-streams.ts'
import {
  type ContainerSpec,
  type ExecOptions,
  type ImageInfo,
  type LocalImage,
  type ObservedPod,
  type PodRuntime,
  RuntimeError,
  type SandboxSpec,
  type VolumeFile,
} from '../kubelet/pod-runtime.ts'
import { attachToContainer, dialInSandbox, execInContainer } from './container-exec.ts'
import { containerLogs } from './container-logs.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ignoring, isStatus, runtimeFailure } from './engine-error.ts'
import { followEvents } from './engine-events.ts'
import { type Credentials, inspectImage, listImages, type PullProgress, pullImage } from './images.ts'
import { label, type Owner, ownedBy } from './labels.ts'
import { removeUnmounted } from './live-restore.ts'
import { PodObserver } from './observed-pods.ts'
import { pauseContainers, unpauseContainers } from './pause-cluster.ts'
import { PodContainers } from './pod-containers.ts'
import { PodSandboxes, type SandboxGuard } from './pod-sandboxes.ts'
import { registryCredentials } from './registry-credentials.ts'
import { controlSandbox, type SandboxCommand } from './sandbox-control.ts'
import { StartLimit } from './start-limit.ts'

export interface DockerPodRuntimeDeps {
  readonly engine: DockerEngine
  /** The installation's random id. */
  readonly installation: string
  /** The cluster's random uid. */
  readonly cluster: string
  readonly networkName: string
  readonly clock: Clock
  readonly logger: Logger
  /** The engine's processors: twice as many starts run at once. */
  readonly cores: number
  /** From probeEngine. */
  readonly negativeOomScores?: boolean
  /** Hears what a pull does, layer by layer. */
  pullProgress?(image: string, progress: PullProgress): void
  /** The sandbox image's name, once the engine has it (ensureSandboxImage). */
  sandboxImage(): Promise<string>
  /** The id of the container that holds a node's own network, for hostNetwork pods. */
  nodeAnchor?(node: string): Promise<string>
  /** Commands that every sandbox of the cluster network runs at start (replyPathCommands). */
  networkSetup?(podIP: string): readonly SandboxCommand[]
}

/** Pods on a Docker engine: see DOCKER facts in the files beside. */
export class DockerPodRuntime implements PodRuntime, Disposable {
  readonly #deps: DockerPodRuntimeDeps
  readonly #engine: DockerEngine
  readonly #owner: Owner
  readonly #observer: PodObserver
  readonly #sandboxes: PodSandboxes
  readonly #containers: PodContainers
  readonly #changes = new Emitter<string | undefined>()
  readonly #events: Disposable
  #guard: SandboxGuard | undefined

  constructor(deps: DockerPodRuntimeDeps) {
    this.#deps = deps
    this.#engine = deps.engine
    const owner = { installation: deps.installation, cluster: deps.cluster }
    this.#owner = owner
    const starts = new StartLimit(2 * deps.cores)
    this.#observer = new PodObserver(deps.engine, owner)
    this.#sandboxes = new PodSandboxes({ ...deps, owner, starts, guard: () => this.#guard })
    this.#containers = new PodContainers({ ...deps, owner, starts })
    this.#events = followEvents({ ...deps, owner }, (change) => {
      this.#observer.forget(change?.containerId)
      if (change === undefined) this.#containers.forgetEngine()
      // Helpers and the gateway are no pod's.
      if (change === undefined || change.podUid !== undefined) this.#changes.emit(change?.podUid)
    })
  }

  dispose(): void {
    this.#events.dispose()
    this.#changes.dispose()
  }

  /** To be called before pods are run. */
  guardSandboxes(guard: SandboxGuard): void {
    this.#guard = guard
  }

  list(): Promise<readonly ObservedPod[]> {
    return this.#observer.list()
  }

  inspectPod(uid: string): Promise<ObservedPod | undefined> {
    return this.#observer.pod(uid)
  }

  onChange(listener: (uid: string | undefined) => void): Disposable {
    return this.#changes.event(listener)
  }

  runSandbox(spec: SandboxSpec): Promise<string> {
    return this.#sandboxes.run(spec)
  }

  async stopSandbox(id: string): Promise<void> {
    this.#containers.forgetSandbox(id)
    // The containers of a dead sandbox would run on with nothing but a loopback interface.
    const filters = { ...ownedBy(this.#owner, { [label.sandboxId]: id }), status: ['running'] }
    const joined = await this.#engine.listContainers(filters)
    await Promise.all(
      [id, ...joined.map((container) => container.Id)].map((each) =>
        ignoring([404, 409], this.#engine.killContainer(each, 'SIGKILL')),
      ),
    )
  }

  async removePod(uid: string): Promise<void> {
    const containers = await this.#engine.listContainers(ownedBy(this.#owner, { [label.podUid]: uid }))
    await Promise.all(containers.map((container) => this.removeContainer(container.Id)))
    const volumes = await this.#engine.listVolumes(ownedBy(this.#owner, { [label.podUid]: uid }))
    await Promise.all(volumes.map(({ Name }) => this.#removeVolume(Name)))
  }

  async #removeVolume(name: string): Promise<void> {
    if (await removeUnmounted(this.#engine, name)) return
    this.#deps.logger.warn({ volume: name }, 'the engine keeps a volume that nothing mounts until it starts again')
  }

  async createContainer(spec: ContainerSpec): Promise<string> {
    const id = await this.#containers.create(this.#guard?.restrains(spec.uid) ? withoutRawSockets(spec) : spec)
    if (!(await this.#containers.hasLostFiles(id, spec))) return id
    // A new sandbox brings the whole pod new volumes, filled again.
    await this.stopSandbox(spec.sandboxId)
    throw new RuntimeError('CreateContainerError', 'the engine has lost the volumes that the pod has in memory')
  }

  startContainer(id: string): Promise<void> {
    return this.#containers.start(id)
  }

  stopContainer(id: string, graceMs: number): Promise<void> {
    return this.#containers.stop(id, graceMs)
  }

  async removeContainer(id: string): Promise<void> {
    this.#containers.forgetSandbox(id)
    this.#observer.forget(id)
    // 409: another call removes it already.
    await ignoring([404, 409], this.#engine.removeContainer(id))
  }

  terminationMessage(id: string, path: string): Promise<string> {
    return this.#containers.terminationMessage(id, path)
  }

  updateFiles(uid: string, volume: string, files: readonly VolumeFile[]): Promise<void> {
    return this.#sandboxes.updateFiles(uid, volume, files)
  }

  volumeUsage(uid: string, volume: string): Promise<number> {
    return this.#sandboxes.volumeUsage(uid, volume)
  }

  /** Runs commands of the sandbox's entry process in a running sandbox, for rules of the pod's network. */
  runInSandbox(sandboxId: string, commands: readonly SandboxCommand[]): Promise<readonly string[]> {
    return controlSandbox(this.#deps, sandboxId, commands)
  }

  image(name: string): Promise<ImageInfo | undefined> {
    return inspectImage(this.#engine, name)
  }

  listImages(): Promise<readonly LocalImage[]> {
    return listImages(this.#engine)
  }

  async pullImage(name: string, auth: readonly Credentials[], signal: AbortSignal): Promise<ImageInfo> {
    const own = await registryCredentials(name, this.#deps.logger)
    return pullImage(this.#engine, name, {
      auth: [...auth, ...own],
      signal,
      onProgress: (progress) => this.#deps.pullProgress?.(name, progress),
    })
  }

  async logs(containerId: string, options: PodLogOptions, signal: AbortSignal): Promise<Readable> {
    try {
      return await containerLogs(this.#engine, containerId, options, { nowMs: this.#deps.clock.now(), signal })
    } catch (error) {
      throw isStatus(error, 404) ? runtimeFailure(error, 'NotFound') : error
    }
  }

  exec(containerId: string, options: ExecOptions, signal: AbortSignal): Promise<number> {
    return execInContainer({ ...this.#deps, owner: this.#owner }, containerId, options, signal)
  }

  attach(containerId: string, streams: AttachedStreams, signal: AbortSignal): Promise<void> {
    return attachToContainer({ ...this.#deps, owner: this.#owner }, containerId, streams, signal)
  }

  portForward(sandboxId: string, port: number): Promise<Duplex> {
    return dialInSandbox(this.#engine, sandboxId, port)
  }

  pause(clock: Clock): Promise<void> {
    return pauseContainers(this.#engine, this.#owner, clock)
  }

  unpause(): Promise<void> {
    return unpauseContainers(this.#engine, this.#owner)
  }
}

/** Raw and packet sockets pass by the rules of their own network namespace. What is asked for by name is given. */
function withoutRawSockets(spec: ContainerSpec): ContainerSpec {
  if (includesRawSockets(spec.addCapabilities)) return spec
  return { ...spec, dropCapabilities: [...spec.dropCapabilities, 'NET_RAW'] }
}
