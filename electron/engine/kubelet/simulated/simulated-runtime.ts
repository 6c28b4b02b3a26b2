/**
 * A PodRuntime without containers, for whole clusters in one process and thousands of pods.
 * - Driven by a clock: starts and stops take the configured engine time, so a manual clock decides everything.
 * - Scripted: images say how long a container runs, what it exits with, what its log and its commands answer.
 * - Faults by hand: `exit`, `killSandbox`, `lose`, `setAvailable` do what a user with a docker client could.
 */
import { Readable } from 'node:stream'
import type { Clock } from '../../../../shared/lang/clock.ts'
import { delay } from '../../../../shared/lang/clock.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import { Emitter } from '../../../../shared/lang/emitter.ts'
import { invariant } from '../../../../shared/lang/invariant.ts'
import type { AttachedStreams, PodLogOptions } from '../../apiserver/pod-streams.ts'
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
} from '../pod-runtime.ts'
import { type SimulatedImage, SimulatedImages } from './simulated-images.ts'
import { SimulatedPod } from './simulated-pod.ts'

export interface SimulatedRuntimeOptions {
  readonly clock: Clock
  readonly sandboxStartMs?: number
  readonly containerStartMs?: number
  /** By image name; unknown images can't be pulled. */
  readonly images?: Readonly<Record<string, SimulatedImage>>
}

export class SimulatedRuntime implements PodRuntime {
  readonly images: SimulatedImages
  /** What volumes hold, by "<pod's uid>/<volume>"; nothing when not set. */
  readonly volumeBytes = new Map<string, number>()
  readonly #clock: Clock
  readonly #sandboxStartMs: number
  readonly #containerStartMs: number
  readonly #pods = new Map<string, SimulatedPod>()
  readonly #owners = new Map<string, SimulatedPod>()
  readonly #changes = new Emitter<string | undefined>()
  #available = true
  #ids = 0

  constructor(options: SimulatedRuntimeOptions) {
    this.#clock = options.clock
    this.#sandboxStartMs = options.sandboxStartMs ?? 0
    this.#containerStartMs = options.containerStartMs ?? 0
    this.images = new SimulatedImages(options.clock, options.images ?? {})
  }

  async list(): Promise<readonly ObservedPod[]> {
    this.#check()
    return [...this.#pods.values()].map((pod) => pod.observe())
  }

  async inspectPod(uid: string): Promise<ObservedPod | undefined> {
    this.#check()
    return this.#pods.get(uid)?.observe()
  }

  onChange(listener: (uid: string | undefined) => void): Disposable {
    return this.#changes.event(listener)
  }

  async runSandbox(spec: SandboxSpec): Promise<string> {
    this.#check()
    let pod = this.#pods.get(spec.uid)
    if (!pod) {
      pod = new SimulatedPod(this.#clock, spec, () => this.#changes.emit(spec.uid))
      this.#pods.set(spec.uid, pod)
    }
    const known = pod.sandboxWithAttempt(spec.attempt)
    if (known) return known.id
    await this.#takes(this.#sandboxStartMs)
    const id = this.#newId()
    pod.addSandbox(id, spec)
    this.#owners.set(id, pod)
    return id
  }

  async stopSandbox(id: string): Promise<void> {
    this.#check()
    this.#owners.get(id)?.stopSandbox(id)
  }

  async removePod(uid: string): Promise<void> {
    this.#check()
    const pod = this.#pods.get(uid)
    if (!pod) return
    pod.stopAll()
    for (const id of pod.ids()) this.#owners.delete(id)
    this.#pods.delete(uid)
    this.#changes.emit(uid)
  }

  async createContainer(spec: ContainerSpec): Promise<string> {
    this.#check()
    const image = this.images.find(spec.image)
    if (!image) throw new RuntimeError('CreateContainerError', `No such image: ${spec.image}`)
    const pod = this.#owners.get(spec.sandboxId)
    if (!pod?.sandboxRuns(spec.sandboxId)) throw new RuntimeError('CreateContainerError', 'the sandbox is not running')
    const known = pod.containerWithAttempt(spec.name, spec.attempt)
    if (known) return known
    const id = this.#newId()
    pod.addContainer(id, spec, image, this.images.describe(spec.image))
    this.#owners.set(id, pod)
    return id
  }

  async startContainer(id: string): Promise<void> {
    this.#check()
    const pod = this.#owner(id)
    await this.#takes(this.#containerStartMs)
    pod.start(id)
  }

  async stopContainer(id: string, graceMs: number): Promise<void> {
    this.#check()
    await this.#owners.get(id)?.stop(id, graceMs)
  }

  async removeContainer(id: string): Promise<void> {
    this.#check()
    this.#owners.get(id)?.removeContainer(id)
    this.#owners.delete(id)
  }

  async terminationMessage(id: string): Promise<string> {
    return this.#owners.get(id)?.script(id).terminationMessage ?? ''
  }

  async updateFiles(uid: string, volume: string, files: readonly VolumeFile[]): Promise<void> {
    this.#check()
    this.#pods.get(uid)?.writeFiles(volume, files)
  }

  async volumeUsage(uid: string, volume: string): Promise<number> {
    this.#check()
    return this.volumeBytes.get(`${uid}/${volume}`) ?? 0
  }

  async listImages(): Promise<readonly LocalImage[]> {
    this.#check()
    return this.images.all()
  }

  async image(name: string): Promise<ImageInfo | undefined> {
    this.#check()
    return this.images.local(name)
  }

  async pullImage(name: string, _auth: readonly unknown[], signal: AbortSignal): Promise<ImageInfo> {
    this.#check()
    return await this.images.pull(name, signal)
  }

  async logs(containerId: string, options: PodLogOptions, signal: AbortSignal): Promise<Readable> {
    const pod = this.#owner(containerId)
    const lines = [...(pod.script(containerId).log ?? [])]
    const shown = options.tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - options.tailLines))
    const stamp = options.timestamps ? `${new Date(this.#clock.now()).toISOString()} ` : ''
    return Readable.from(
      follow(
        shown.map((line) => Buffer.from(`${stamp}${line}\n`)),
        options.follow,
        pod.ended(containerId),
        signal,
      ),
    )
  }

  async exec(containerId: string, options: ExecOptions): Promise<number> {
    const pod = this.#owner(containerId)
    if (!pod.runs(containerId)) throw new RuntimeError('NotFound', `container ${containerId} is not running`)
    const answer = await pod.script(containerId).exec?.(options.command)
    if (answer?.stdout) options.stdout?.write(answer.stdout)
    if (answer?.stderr) options.stderr?.write(answer.stderr)
    return answer?.exitCode ?? 0
  }

  async attach(containerId: string, _streams: AttachedStreams, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const left = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    await Promise.race([this.#owner(containerId).ended(containerId), left])
  }

  async portForward(): Promise<never> {
    throw new RuntimeError('NotFound', 'simulated pods listen on no port')
  }

  async pause(): Promise<void> {
    for (const pod of this.#pods.values()) pod.pause()
  }

  async unpause(): Promise<void> {
    for (const pod of this.#pods.values()) pod.unpause()
  }

  /** The files of a pod's volume as they are now. */
  files(uid: string, volume: string): readonly VolumeFile[] | undefined {
    return this.#pods.get(uid)?.files(volume)
  }

  /** What the newest container of a name, or the sandbox, was created with. */
  containerSpec(uid: string, name: string): ContainerSpec | undefined {
    return this.#pods.get(uid)?.specOf(name)
  }

  sandboxSpec(uid: string): SandboxSpec | undefined {
    return this.#pods.get(uid)?.spec
  }

  /** The running container of a name ends by itself, as after `docker kill` or a crash. */
  exit(uid: string, name: string, exitCode: number, options: { oomKilled?: boolean } = {}): void {
    const pod = this.#pods.get(uid)
    invariant(pod, `no simulated pod ${uid}`)
    pod.exit(name, exitCode, options.oomKilled ?? false)
  }

  killSandbox(uid: string): void {
    this.#pods.get(uid)?.killSandbox()
  }

  /** Removes a container of a pod, as `docker rm -f` does. */
  lose(uid: string, name: string): void {
    this.#pods.get(uid)?.lose(name)
  }

  /** The engine goes away or comes back; with `stopped`, everything in it was stopped meanwhile. */
  setAvailable(available: boolean, stopped: 'stopped' | 'running' = 'running'): void {
    if (stopped === 'stopped') for (const pod of this.#pods.values()) pod.stopAll()
    this.#available = available
    if (available) this.#changes.emit(undefined)
  }

  #check(): void {
    if (!this.#available) throw new RuntimeError('EngineUnavailable', 'the simulated engine is away')
  }

  #owner(id: string): SimulatedPod {
    const pod = this.#owners.get(id)
    if (!pod) throw new RuntimeError('NotFound', `No such container: ${id}`)
    return pod
  }

  async #takes(ms: number): Promise<void> {
    if (ms > 0) await delay(this.#clock, ms)
    this.#check()
  }

  #newId(): string {
    this.#ids += 1
    return this.#ids.toString(16).padStart(64, '0')
  }
}

async function* follow(
  lines: readonly Buffer[],
  followed: boolean,
  ended: Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  yield* lines
  if (!followed || signal.aborted) return
  const left = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.race([ended, left])
}
