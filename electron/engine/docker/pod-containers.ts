import type { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import type { Clock } from '../../../shared/lang/clock.ts'
import { type ContainerSpec, RuntimeError } from '../kubelet/pod-runtime.ts'
import {
  containerBody,
  containerName,
  type ResolvedMounts,
  terminationFile,
  terminationFilePath,
} from './container-body.ts'
import type { DockerEngine } from './docker-engine.ts'
import { createFailure, ignoring, isStatus, runtimeFailure } from './engine-error.ts'
import type { Labels } from './engine-types.ts'
import { label, type Owner } from './labels.ts'
import { hasLostFiles } from './live-restore.ts'
import { terminationVolumeName, type VolumeSources } from './sandbox-body.ts'
import { controlSandbox, type SandboxCommand } from './sandbox-control.ts'
import type { StartLimit } from './start-limit.ts'
import { volumePath } from './volume-commands.ts'

const messageBytes = 4096

interface SandboxFacts {
  readonly volumes: VolumeSources
  readonly mountpoints: Map<string, string>
  /** The engine let the sandbox have a negative score. */
  readonly negativeOomScores: boolean
}

/** Creates, starts and ends the pods' containers. */
export class PodContainers {
  readonly #engine: DockerEngine
  readonly #owner: Owner
  readonly #clock: Clock
  readonly #starts: StartLimit
  readonly #sandboxes = new Map<string, Promise<SandboxFacts>>()
  #outliveEngine: Promise<boolean> | undefined

  constructor(deps: { engine: DockerEngine; owner: Owner; clock: Clock; starts: StartLimit }) {
    this.#engine = deps.engine
    this.#owner = deps.owner
    this.#clock = deps.clock
    this.#starts = deps.starts
  }

  async create(spec: ContainerSpec): Promise<string> {
    try {
      const sandbox = await this.#sandbox(spec.sandboxId)
      const resolved = await this.#resolveMounts(spec, sandbox)
      const oomScoreAdj = sandbox.negativeOomScores ? spec.oomScoreAdj : Math.max(0, spec.oomScoreAdj)
      const body = containerBody({ ...spec, oomScoreAdj }, this.#owner, sandbox.volumes, resolved)
      return await this.#adoptOrCreate(spec, () => this.#engine.createContainer(containerName(spec), body))
    } catch (error) {
      throw createFailure(error)
    }
  }

  /** True where a container that was just created would not see the files that its pod was given. */
  async hasLostFiles(id: string, spec: ContainerSpec): Promise<boolean> {
    if (!(await this.#outlivesEngine())) return false
    const { volumes } = await this.#sandbox(spec.sandboxId)
    return hasLostFiles(this.#engine, id, spec.mounts, volumes)
  }

  async start(id: string): Promise<void> {
    try {
      await this.#starts.run(() => ignoring([304], this.#engine.startContainer(id)))
    } catch (error) {
      if (isStatus(error, 404) && error instanceof Error && /no such container/i.test(error.message)) {
        throw runtimeFailure(error, 'NotFound')
      }
      const code = await this.#engine.inspectContainer(id).then(
        (inspect) => inspect.State.ExitCode || undefined,
        () => undefined,
      )
      throw runtimeFailure(error, 'RunContainerError', code)
    }
  }

  async stop(id: string, graceMs: number): Promise<void> {
    await ignoring([304, 404], this.#engine.stopContainer(id, Math.ceil(graceMs / 1000)))
  }

  async terminationMessage(id: string, path: string): Promise<string> {
    if (path === '') return ''
    const labels = await this.#labels(id)
    if (labels === undefined) return ''
    const container = { name: labels[label.containerName] ?? '', attempt: Number(labels[label.attempt]) }
    const sandboxId = labels[label.sandboxId] ?? ''
    const file = terminationFilePath(container)
    try {
      const [content = ''] = await controlSandbox({ engine: this.#engine, clock: this.#clock }, sandboxId, [
        ['tail', file, messageBytes],
      ])
      return Buffer.from(content, 'base64').toString()
    } catch (error) {
      if (error instanceof RuntimeError && error.reason === 'EngineUnavailable') throw error
      return this.#downloadMessage(id, path)
    }
  }

  async #labels(id: string): Promise<Labels | undefined> {
    try {
      return (await this.#engine.inspectContainer(id)).Config.Labels
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }

  /** For when the sandbox is down: through the container's own mounts. */
  async #downloadMessage(id: string, path: string): Promise<string> {
    try {
      return await lastBytes(await this.#engine.downloadArchive(id, path))
    } catch (error) {
      if (isStatus(error, 404)) return ''
      throw error
    }
  }

  #outlivesEngine(): Promise<boolean> {
    if (this.#outliveEngine === undefined) {
      const answer = this.#engine.info().then(({ LiveRestoreEnabled }) => LiveRestoreEnabled === true)
      answer.catch(() => this.forgetEngine())
      this.#outliveEngine = answer
    }
    return this.#outliveEngine
  }

  /** The engine was away: it may be set up otherwise now. */
  forgetEngine(): void {
    this.#outliveEngine = undefined
  }

  forgetSandbox(id: string): void {
    this.#sandboxes.delete(id)
  }

  #sandbox(id: string): Promise<SandboxFacts> {
    let facts = this.#sandboxes.get(id)
    if (facts === undefined) {
      facts = this.#engine.inspectContainer(id).then((inspect) => ({
        volumes: JSON.parse(inspect.Config.Labels[label.volume] ?? '{}') as VolumeSources,
        mountpoints: new Map(),
        negativeOomScores: inspect.HostConfig.OomScoreAdj < 0,
      }))
      facts.catch(() => this.#sandboxes.delete(id))
      this.#sandboxes.set(id, facts)
    }
    return facts
  }

  /** One conversation with the sandbox makes the termination file and finds what the subPaths really are. */
  async #resolveMounts(spec: ContainerSpec, sandbox: SandboxFacts): Promise<ResolvedMounts> {
    const commands: SandboxCommand[] = []
    const indexes: number[] = []
    const volumes = new Set<string>()
    spec.mounts.forEach((mount, index) => {
      if (!mount.subPath) return
      indexes.push(index)
      commands.push(['resolve', volumePath(mount.volume), mount.subPath, 'directory'])
      const source = sandbox.volumes[mount.volume]
      if (source && source.kind !== 'hostPath') volumes.add(source.source)
    })
    if (spec.terminationMessagePath !== '') {
      commands.push(['write', terminationFilePath(spec), '0666', 0, 0, ''])
      volumes.add(terminationVolumeName(spec.uid))
    }
    const engineHasSubpath = this.#engine.hasApi('1.45')
    const [answers] = await Promise.all([
      commands.length > 0 ? this.#resolve(spec, commands) : [],
      engineHasSubpath ? undefined : this.#findMountpoints(sandbox, volumes),
    ])
    return {
      subPaths: new Map(indexes.map((index, position) => [index, answers[position] ?? ''])),
      engineHasSubpath,
      mountpoint: (volume) => sandbox.mountpoints.get(volume) ?? '',
    }
  }

  async #resolve(spec: ContainerSpec, commands: readonly SandboxCommand[]): Promise<string[]> {
    try {
      return await controlSandbox({ engine: this.#engine, clock: this.#clock }, spec.sandboxId, commands)
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.reason !== 'FailedCreatePodSandBox') throw error
      const mount = spec.mounts.find((candidate) => candidate.subPath && error.message.includes(candidate.subPath))
      throw new RuntimeError(
        'CreateContainerConfigError',
        `failed to prepare subPath for volumeMount "${mount?.volume ?? terminationFile(spec)}" of container "${spec.name}"`,
      )
    }
  }

  async #findMountpoints(sandbox: SandboxFacts, volumes: ReadonlySet<string>): Promise<void> {
    await Promise.all(
      [...volumes].map(async (volume) => {
        if (sandbox.mountpoints.has(volume)) return
        sandbox.mountpoints.set(volume, (await this.#engine.inspectVolume(volume)).Mountpoint)
      }),
    )
  }

  async #adoptOrCreate(spec: ContainerSpec, create: () => Promise<string>): Promise<string> {
    try {
      return await create()
    } catch (error) {
      if (!isStatus(error, 409)) throw error
      const left = await this.#engine.inspectContainer(containerName(spec))
      const labels = left.Config.Labels
      if (labels[label.cluster] !== this.#owner.cluster) throw error
      const same = labels[label.hash] === spec.hash && labels[label.sandboxId] === spec.sandboxId
      if (same && left.State.Status === 'created' && left.State.ExitCode === 0) return left.Id
      await ignoring([404], this.#engine.removeContainer(left.Id))
      return create()
    }
  }
}

async function lastBytes(archive: Readable): Promise<string> {
  const entries = archive.pipe(extract())
  let tail = Buffer.alloc(0)
  for await (const entry of entries) {
    for await (const chunk of entry) {
      if (entry.header.type !== 'file') continue
      tail = Buffer.concat([tail, chunk as Buffer]).subarray(-messageBytes)
    }
  }
  return tail.toString()
}
