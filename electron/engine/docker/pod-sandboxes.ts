import type { Clock } from '../../../shared/lang/clock.ts'
import { RuntimeError, type SandboxSpec, type VolumeFile } from '../kubelet/pod-runtime.ts'
import type { DockerEngine } from './docker-engine.ts'
import { EngineError, ignoring, isStatus, runtimeFailure } from './engine-error.ts'
import { createHostFile } from './host-file.ts'
import { label, type Owner, ownedBy } from './labels.ts'
import { sandboxBody, sandboxName, sandboxOomScoreAdj } from './sandbox-body.ts'
import { controlSandbox, type SandboxCommand, SandboxControl } from './sandbox-control.ts'
import type { StartLimit } from './start-limit.ts'
import { filesCommands, hostPathChecks, hostPathFailure, ownershipCommands, volumePath } from './volume-commands.ts'

export interface SandboxDeps {
  readonly engine: DockerEngine
  readonly owner: Owner
  readonly networkName: string
  readonly clock: Clock
  readonly starts: StartLimit
  sandboxImage(): Promise<string>
  /** The container that holds a node's own network, for hostNetwork pods. */
  nodeAnchor?(node: string): Promise<string>
  /** Known from the probe; else found out by the first sandbox. */
  readonly negativeOomScores?: boolean | undefined
  /** Commands that a sandbox with this address runs at start. */
  networkSetup?(podIP: string): readonly SandboxCommand[]
  guard?(): SandboxGuard | undefined
}

/** Has its say about a sandbox of the cluster network after it started and before the pod's containers are made. */
export interface SandboxGuard {
  /** `run` runs commands in the sandbox; when this rejects, the sandbox is discarded. */
  started(podUid: string, run: (commands: readonly SandboxCommand[]) => Promise<unknown>): Promise<void>
  /** What the pod sends is held to rules that packets made by hand would go around. */
  restrains(podUid: string): boolean
}

/** Creates, starts and fills sandboxes. */
export class PodSandboxes {
  readonly #deps: SandboxDeps
  #oomScoreAdj: number

  constructor(deps: SandboxDeps) {
    this.#deps = deps
    this.#oomScoreAdj = deps.negativeOomScores === false ? 0 : sandboxOomScoreAdj
  }

  async run(spec: SandboxSpec): Promise<string> {
    const { engine, starts } = this.#deps
    const image = await this.#deps.sandboxImage()
    const networkMode = await this.#networkMode(spec)
    const setup = spec.podIP && !spec.hostNetwork ? (this.#deps.networkSetup?.(spec.podIP) ?? []) : []
    const attempt = async () => {
      const surroundings = { owner: this.#deps.owner, image, networkMode, setup, oomScoreAdj: this.#oomScoreAdj }
      const body = sandboxBody(spec, surroundings)
      const id = await this.#create(spec, () => engine.createContainer(sandboxName(spec), body))
      try {
        await this.#start(id, spec)
      } catch (error) {
        // The kubelet tries again with the next attempt: failed ones would pile up.
        if (error instanceof EngineError || error instanceof RuntimeError) await this.#discard(id)
        throw error
      }
      return id
    }
    try {
      return await starts.run(async () => {
        try {
          return await attempt()
        } catch (error) {
          if (!(await this.#remedy(error, spec, image))) throw error
          return attempt()
        }
      })
    } catch (error) {
      throw sandboxFailure(error, spec)
    }
  }

  /** Whether something was done about a failure, so that another attempt may succeed. */
  async #remedy(error: unknown, spec: SandboxSpec, image: string): Promise<boolean> {
    const missing = missingHostPath(error, spec)
    if (missing?.check === 'FileOrCreate') {
      await createHostFile(this.#deps.engine, this.#deps.owner, image, missing.path)
      return true
    }
    if (this.#oomScoreAdj >= 0 || !mayBeOomScore(error)) return false
    this.#oomScoreAdj = 0
    return true
  }

  /** As well as it goes: what failed is more important to tell. */
  async #discard(id: string): Promise<void> {
    await this.#deps.engine.removeContainer(id).catch(() => undefined)
  }

  async #start(id: string, spec: SandboxSpec): Promise<void> {
    const control = await SandboxControl.open(this.#deps.engine, id)
    try {
      await ignoring([304], this.#deps.engine.startContainer(id))
      await this.#fill(control, spec)
      if (!spec.hostNetwork) await this.#guard(control, spec)
    } finally {
      control.close()
    }
  }

  async #guard(control: SandboxControl, spec: SandboxSpec): Promise<void> {
    try {
      await this.#deps.guard?.()?.started(spec.uid, (commands) => control.run(commands))
    } catch (error) {
      if (error instanceof RuntimeError) throw error
      throw new RuntimeError('FailedCreatePodSandBox', error instanceof Error ? error.message : String(error))
    }
  }

  async updateFiles(uid: string, volume: string, files: readonly VolumeFile[]): Promise<void> {
    await this.#control(uid, filesCommands(volume, files, this.#deps.clock.now()))
  }

  async volumeUsage(uid: string, volume: string): Promise<number> {
    const [bytes] = await this.#control(uid, [['usage', volumePath(volume)]])
    return Number(bytes)
  }

  async #control(uid: string, commands: readonly SandboxCommand[]): Promise<readonly string[]> {
    const { engine, owner, clock } = this.#deps
    const filters = ownedBy(owner, { [label.podUid]: uid, [label.role]: 'sandbox' })
    const running = (await engine.listContainers(filters)).find((sandbox) => sandbox.State === 'running')
    if (!running) throw new RuntimeError('NotFound', `the pod ${uid} has no running sandbox`)
    return controlSandbox({ engine, clock }, running.Id, commands)
  }

  async #networkMode(spec: SandboxSpec): Promise<string> {
    if (!spec.hostNetwork) return this.#deps.networkName
    const anchor = await this.#deps.nodeAnchor?.(spec.node)
    if (anchor === undefined) {
      throw new RuntimeError('FailedCreatePodSandBox', `the node ${spec.node} has no network of its own`)
    }
    return `container:${anchor}`
  }

  /** A sandbox of this name that an earlier call left is used when it runs, else replaced. */
  async #create(spec: SandboxSpec, create: () => Promise<string>): Promise<string> {
    try {
      return await create()
    } catch (error) {
      if (!isStatus(error, 409)) throw error
      const left = await this.#deps.engine.inspectContainer(sandboxName(spec))
      const labels = left.Config.Labels
      if (labels[label.cluster] !== this.#deps.owner.cluster) throw error
      if (left.State.Running) return left.Id
      await ignoring([404], this.#deps.engine.removeContainer(left.Id))
      return create()
    }
  }

  async #fill(control: SandboxControl, spec: SandboxSpec): Promise<void> {
    const now = this.#deps.clock.now()
    const commands: SandboxCommand[] = [['ready']]
    for (const volume of spec.volumes) {
      if (volume.type === 'files') commands.push(...filesCommands(volume.name, volume.files, now))
    }
    const checks = hostPathChecks(spec.volumes)
    const all = [...commands, ...ownershipCommands(spec), ...checks.map((check) => check.command)]
    const answers = await control.run(all)
    checks.forEach((check, index) => {
      const failure = check.failure(answers[all.length - checks.length + index] ?? '')
      if (failure !== undefined) throw new RuntimeError('FailedCreatePodSandBox', failure)
    })
  }
}

/** runc's ways of saying that it may not lower a score: rootless engines, and those that lack CAP_SYS_RESOURCE. */
function mayBeOomScore(error: unknown): boolean {
  return error instanceof EngineError && /oom_score_adj|can't get final child's PID from pipe/.test(error.message)
}

function missingHostPath(error: unknown, spec: SandboxSpec): { path: string; check: string } | undefined {
  if (!(error instanceof EngineError)) return undefined
  const path = /bind source path does not exist: (\S+)/.exec(error.message)?.[1]
  const volume = spec.volumes.find((candidate) => candidate.type === 'hostPath' && candidate.path === path)
  return volume?.type === 'hostPath' ? volume : undefined
}

function sandboxFailure(error: unknown, spec: SandboxSpec): Error {
  const missing = missingHostPath(error, spec)
  if (missing) return new RuntimeError('FailedCreatePodSandBox', hostPathFailure(missing))
  return runtimeFailure(error, 'FailedCreatePodSandBox')
}
