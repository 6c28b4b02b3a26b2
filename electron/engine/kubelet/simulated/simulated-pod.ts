import type { Clock } from '../../../../shared/lang/clock.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type {
  ContainerSpec,
  ContainerState,
  ImageInfo,
  ObservedContainer,
  ObservedPod,
  ObservedSandbox,
  SandboxSpec,
  VolumeFile,
} from '../pod-runtime.ts'
import { RuntimeError } from '../pod-runtime.ts'
import type { SimulatedImage } from './simulated-images.ts'

interface Box {
  readonly id: string
  readonly attempt: number
  readonly podIP: string | undefined
  readonly createdAt: string
  state: ContainerState
}

interface Run {
  readonly id: string
  readonly spec: ContainerSpec
  readonly image: SimulatedImage
  readonly imageId: string
  readonly createdAt: string
  readonly ended: PromiseWithResolvers<void>
  state: ContainerState
  startedAt: string | undefined
  finishedAt: string | undefined
  exitCode: number | undefined
  oomKilled: boolean
  error: string | undefined
  timer: Disposable | undefined
}

/** The containers and volumes of one pod on a simulated engine. */
export class SimulatedPod {
  spec: SandboxSpec
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #sandboxes: Box[] = []
  readonly #runs: Run[] = []
  readonly #files = new Map<string, readonly VolumeFile[]>()

  constructor(clock: Clock, spec: SandboxSpec, changed: () => void) {
    this.#clock = clock
    this.spec = spec
    this.#changed = changed
  }

  observe(): ObservedPod {
    const { uid, namespace, name, node } = this.spec
    return {
      uid,
      namespace,
      name,
      node,
      sandboxes: this.#sandboxes.map((box): ObservedSandbox => ({ ...box })),
      containers: this.#runs.map(observeRun),
    }
  }

  ids(): string[] {
    return [...this.#sandboxes.map(({ id }) => id), ...this.#runs.map(({ id }) => id)]
  }

  sandboxWithAttempt(attempt: number): { readonly id: string } | undefined {
    return this.#sandboxes.find((box) => box.attempt === attempt && box.state === 'running')
  }

  sandboxRuns(id: string): boolean {
    return this.#sandboxes.some((box) => box.id === id && box.state === 'running')
  }

  addSandbox(id: string, spec: SandboxSpec): void {
    this.spec = spec
    this.#sandboxes.unshift({ id, attempt: spec.attempt, podIP: spec.podIP, createdAt: this.#now(), state: 'running' })
    for (const volume of spec.volumes) if (volume.type === 'files') this.#files.set(volume.name, volume.files)
    this.#changed()
  }

  stopSandbox(id: string): void {
    const box = this.#sandboxes.find((candidate) => candidate.id === id)
    if (!box || box.state === 'exited') return
    box.state = 'exited'
    for (const run of this.#runs) if (run.spec.sandboxId === id) this.#end(run, 137)
    this.#changed()
  }

  /** Only the sandbox dies: the containers run on, as they do on Docker. */
  killSandbox(): void {
    for (const box of this.#sandboxes) box.state = 'exited'
    this.#changed()
  }

  containerWithAttempt(name: string, attempt: number): string | undefined {
    return this.#runs.find((run) => run.spec.name === name && run.spec.attempt === attempt)?.id
  }

  addContainer(id: string, spec: ContainerSpec, image: SimulatedImage, info: ImageInfo): void {
    this.#runs.unshift({
      id,
      spec,
      image,
      imageId: info.digest,
      createdAt: this.#now(),
      ended: Promise.withResolvers<void>(),
      state: 'created',
      startedAt: undefined,
      finishedAt: undefined,
      exitCode: undefined,
      oomKilled: false,
      error: undefined,
      timer: undefined,
    })
    this.#changed()
  }

  start(id: string): void {
    const run = this.#find(id)
    if (run.state !== 'created') return
    const { startError } = run.image
    if (startError) {
      run.error = startError.message
      run.exitCode = startError.exitCode
      this.#changed()
      throw new RuntimeError('RunContainerError', startError.message, startError.exitCode)
    }
    run.state = 'running'
    run.startedAt = this.#now()
    const runMs = valueAt(run.image.runMs, run.spec.attempt)
    if (runMs !== undefined) {
      run.timer = this.#clock.after(runMs, () => {
        this.#end(run, valueAt(run.image.exitCode, run.spec.attempt) ?? 0)
        this.#changed()
      })
    }
    this.#changed()
  }

  /** Ends after its own stop time, or is killed when the grace is over. */
  async stop(id: string, graceMs: number): Promise<void> {
    const run = this.#runs.find((candidate) => candidate.id === id)
    if (!run || run.state === 'exited' || run.state === 'created') return
    const stopMs = run.image.stopMs ?? 0
    const killed = stopMs > graceMs
    const end = () => {
      this.#end(run, killed ? 137 : (valueAt(run.image.exitCode, run.spec.attempt) ?? 0))
      this.#changed()
    }
    if (Math.min(stopMs, graceMs) === 0) return end()
    const timer = this.#clock.after(Math.min(stopMs, graceMs), end)
    await run.ended.promise
    timer.dispose()
  }

  stopAll(): void {
    for (const box of this.#sandboxes) box.state = 'exited'
    for (const run of this.#runs) this.#end(run, 137)
  }

  removeContainer(id: string): void {
    const index = this.#runs.findIndex((run) => run.id === id)
    if (index < 0) return
    const [run] = this.#runs.splice(index, 1)
    if (run) this.#end(run, 137)
    this.#changed()
  }

  lose(name: string): void {
    const run = this.#runs.find((candidate) => candidate.spec.name === name)
    if (run) this.removeContainer(run.id)
  }

  exit(name: string, exitCode: number, oomKilled: boolean): void {
    const run = this.#runs.find((candidate) => candidate.spec.name === name && candidate.state === 'running')
    if (!run) return
    run.oomKilled = oomKilled
    this.#end(run, exitCode)
    this.#changed()
  }

  pause(): void {
    for (const item of [...this.#sandboxes, ...this.#runs]) if (item.state === 'running') item.state = 'paused'
  }

  unpause(): void {
    for (const item of [...this.#sandboxes, ...this.#runs]) if (item.state === 'paused') item.state = 'running'
  }

  runs(id: string): boolean {
    return this.#find(id).state === 'running'
  }

  ended(id: string): Promise<void> {
    return this.#find(id).ended.promise
  }

  script(id: string): SimulatedImage {
    return this.#find(id).image
  }

  specOf(name: string): ContainerSpec | undefined {
    return this.#runs.find((run) => run.spec.name === name)?.spec
  }

  files(volume: string): readonly VolumeFile[] | undefined {
    return this.#files.get(volume)
  }

  writeFiles(volume: string, files: readonly VolumeFile[]): void {
    this.#files.set(volume, files)
  }

  #find(id: string): Run {
    const run = this.#runs.find((candidate) => candidate.id === id)
    if (!run) throw new RuntimeError('NotFound', `No such container: ${id}`)
    return run
  }

  #end(run: Run, exitCode: number): void {
    if (run.state === 'exited' || run.state === 'created') return
    run.timer?.dispose()
    run.state = 'exited'
    run.exitCode = exitCode
    run.finishedAt = this.#now()
    run.ended.resolve()
  }

  #now(): string {
    return `${new Date(this.#clock.now()).toISOString().slice(0, 23)}000000Z`
  }
}

function valueAt<T>(value: T | ((attempt: number) => T) | undefined, attempt: number): T | undefined {
  return typeof value === 'function' ? (value as (attempt: number) => T)(attempt) : value
}

function observeRun(run: Run): ObservedContainer {
  return {
    id: run.id,
    name: run.spec.name,
    type: run.spec.type,
    attempt: run.spec.attempt,
    hash: run.spec.hash,
    sandboxId: run.spec.sandboxId,
    image: run.spec.image,
    imageId: run.imageId,
    state: run.state,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    exitCode: run.exitCode,
    oomKilled: run.oomKilled,
    error: run.error,
  }
}
