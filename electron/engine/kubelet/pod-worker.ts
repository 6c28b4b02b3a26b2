import { isDeepStrictEqual } from 'node:util'
import { resources } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Pod, PodStatus } from '../../../shared/api/types/core-v1.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import { Alarm } from './alarm.ts'
import { announceHolds } from './announce-holds.ts'
import { containerHashes } from './container-spec.ts'
import { Executor } from './execute.ts'
import { LostContainers } from './lost-containers.ts'
import type { Action } from './plan/action.ts'
import { type DesiredPod, planPod } from './plan/plan-pod.ts'
import { isRunning } from './pod-containers.ts'
import { fileInputs, type PodDeps, type PodTurn } from './pod-context.ts'
import { ActiveDeadline, DEADLINE_EXCEEDED, type PodEnd, podEnd } from './pod-end.ts'
import { type PodFailure, PodMemory } from './pod-memory.ts'
import { PodReporter } from './pod-reporter.ts'
import { type ObservedPod, RuntimeError } from './pod-runtime.ts'
import { PodProbes } from './probes/pod-probes.ts'
import { Termination } from './termination.ts'
import { fetchTerminationMessages } from './termination-messages.ts'
import { SizeLimits } from './volumes/size-limits.ts'
import { VolumeKeeper } from './volumes/volume-keeper.ts'

const ENGINE_RETRY_MS = 1000
/** immediateEvictionGracePeriodSeconds. */
const EVICTION_GRACE_MS = 1000

/**
 * Keeps one pod as it should be.
 * - Never does two things to its pod at once; whatever wakes it meanwhile makes it look again afterwards.
 * - Looks at the engine only when something happened there, writes a status only when it changed.
 * - A pod that must end interrupts a pull, and a shorter grace an ongoing termination.
 */
export class PodWorker implements Disposable {
  readonly uid: string
  readonly #deps: PodDeps
  readonly #memory = new PodMemory()
  readonly #reporter: PodReporter
  readonly #volumes: VolumeKeeper
  readonly #probes: PodProbes
  readonly #termination: Termination
  readonly #sizes: SizeLimits
  readonly #deadline: ActiveDeadline
  readonly #alarm: Alarm
  readonly #onGone: () => void
  #pod: Pod
  #deleted = false
  readonly #lost = new LostContainers()
  /** As the engine has it, and with lost containers added. */
  #engine: ObservedPod | undefined
  #observed: ObservedPod | undefined
  #stale = true
  #dirty = false
  #running = false
  #disposed = false
  #abort = new AbortController()

  /** `onGone` is called once nothing of the pod is left, neither on the engine nor in the API. */
  constructor(deps: PodDeps, pod: Pod, onGone: () => void) {
    this.uid = pod.metadata.uid ?? ''
    this.#deps = deps
    this.#pod = pod
    this.#onGone = onGone
    this.#volumes = new VolumeKeeper(deps)
    this.#probes = new PodProbes(deps, this.#memory, () => this.wake())
    this.#termination = new Termination(deps, (error) => this.#terminated(error))
    this.#sizes = new SizeLimits(deps, (message) => this.#evict(message))
    this.#deadline = new ActiveDeadline(deps.clock)
    this.#alarm = new Alarm(deps.clock, () => this.wake())
    this.#reporter = new PodReporter(
      deps,
      this.#memory,
      () => this.#live(),
      () => this.#alarm.set(ENGINE_RETRY_MS),
    )
  }

  get pod(): Pod {
    return this.#pod
  }

  /** As the engine had it at the last look. */
  get observed(): ObservedPod | undefined {
    return this.#engine
  }

  /** As last computed, which the API may not show yet. */
  get status(): PodStatus {
    return this.#memory.status ?? this.#pod.status ?? {}
  }

  /** The API's object changed; undefined: it is deleted. */
  update(pod: Pod | undefined): void {
    if (pod) {
      if (!isDeepStrictEqual(describedFields(pod), describedFields(this.#pod))) this.#volumes.sourceChanged()
      this.#pod = pod
    } else this.#deleted = true
    const end = this.#end()
    if (end) {
      this.#abort.abort(new Error('pod is terminating'))
      this.#termination.hurry(end.graceMs, this.#observed)
    }
    this.wake()
  }

  /** Something happened to the pod's containers; `observed` when the caller has just looked. */
  changed(observed?: ObservedPod): void {
    if (observed && !this.#running) {
      this.#engine = observed
      this.#stale = false
    } else this.#stale = true
    this.wake()
  }

  /** A ConfigMap or Secret that the pod draws on changed. */
  sourceChanged(): void {
    this.#volumes.sourceChanged()
    this.#memory.forgetRetries()
    this.wake()
  }

  /** The node does not take the pod. */
  reject(rejection: { reason: string; message: string }): void {
    this.#fail('Warning', rejection)
    this.wake()
  }

  #evict(message: string): void {
    this.#fail('Warning', { reason: 'Evicted', message, graceMs: EVICTION_GRACE_MS })
    this.wake()
  }

  wake(): void {
    this.#dirty = true
    if (this.#running || this.#disposed) return
    this.#running = true
    queueMicrotask(() => void this.#run())
  }

  dispose(): void {
    this.#disposed = true
    this.#alarm.dispose()
    this.#probes.dispose()
    this.#sizes.dispose()
    this.#abort.abort(new Error('the kubelet stops'))
  }

  async #run(): Promise<void> {
    while (this.#dirty && !this.#disposed) {
      this.#dirty = false
      this.#alarm.clear()
      try {
        await this.#sync()
      } catch (error) {
        this.#retryLater(error)
      }
    }
    this.#running = false
  }

  #retryLater(error: unknown): void {
    const level = error instanceof RuntimeError ? 'debug' : 'error'
    this.#deps.logger[level]({ err: error, pod: this.#pod.metadata.name }, 'pod will be tried again')
    this.#stale = true
    this.#alarm.set(ENGINE_RETRY_MS)
  }

  #terminated(error: unknown): void {
    if (this.#disposed) return
    if (error !== undefined) this.#retryLater(error)
    else this.changed()
  }

  async #sync(): Promise<void> {
    await this.#observe()
    const nowMs = this.#deps.clock.monotonicMs()
    const pod = this.#pod
    this.#memory.learn(pod, this.#observed, nowMs)
    announceHolds(this.#deps, this.#memory, pod, nowMs)
    this.#checkDeadline()
    const end = this.#end()
    if (!end && this.#abort.signal.aborted) this.#abort = new AbortController()
    this.#probes.sync(pod, this.#observed, end !== undefined)
    this.#sizes.sync(pod, end === undefined && this.#observed?.sandboxes.some(isRunning) === true)
    const actions = planPod(this.#desired(end), this.#observed, nowMs)
    const isTerminal = end !== undefined && !actions.some((action) => action.do === 'terminate')
    if (!this.#deleted) this.#reporter.report(this.#pod, this.#observed, isTerminal)
    if (this.#termination.isGoingOn) return
    if (await this.#execute(actions)) {
      this.#stale = true
      this.#dirty = true
    } else if (!end) await this.#keepVolumes()
  }

  async #keepVolumes(): Promise<void> {
    if (!this.#observed?.sandboxes.some(isRunning)) return
    const untilMs = this.#volumes.untilDueMs(this.#pod)
    if (untilMs === undefined) return
    if (untilMs > 0) return this.#alarm.set(untilMs)
    try {
      await this.#volumes.refresh(fileInputs(this.#deps, this.#pod))
    } catch (error) {
      if (error instanceof RuntimeError) throw error
      this.#deps.logger.warn({ err: error, pod: this.#pod.metadata.name }, 'volumes were not refreshed')
    }
    const nextMs = this.#volumes.untilDueMs(this.#pod)
    if (nextMs !== undefined) this.#alarm.set(nextMs)
  }

  async #observe(): Promise<void> {
    const { runtime, clock } = this.#deps
    if (this.#stale) {
      this.#stale = false
      this.#engine = await runtime.inspectPod(this.uid)
    }
    const { initContainerStatuses = [], containerStatuses = [] } = this.status
    const statuses = [...initContainerStatuses, ...containerStatuses]
    this.#observed = this.#lost.complete(this.#pod, statuses, this.#engine, timestamp(clock.now()))
    await fetchTerminationMessages(runtime, this.#pod, this.#engine, this.#memory.terminationMessages)
  }

  #desired(end: PodEnd | undefined): DesiredPod {
    const { probes, holds } = this.#memory
    const remove = this.#deleted || this.#pod.metadata.deletionTimestamp !== undefined
    return { pod: this.#pod, terminate: end, remove, probes, holds, hashes: containerHashes(this.#pod) }
  }

  /** Undefined once the API has it no more. */
  #live(): Pod | undefined {
    return this.#deleted ? undefined : this.#pod
  }

  #end(): PodEnd | undefined {
    return podEnd(this.#live(), this.#memory)
  }

  #checkDeadline(): void {
    if (this.#memory.failure || this.#end()) return
    const leftMs = this.#deadline.leftMs(this.#pod, this.status)
    if (leftMs === undefined) return
    if (leftMs > 0) this.#alarm.set(leftMs)
    else this.#fail('Normal', DEADLINE_EXCEEDED)
  }

  #fail(type: 'Normal' | 'Warning', failure: PodFailure): void {
    this.#memory.failure = failure
    this.#deps.record(this.#pod, type, failure.reason, failure.message.replace(/^Pod was rejected: /, ''))
  }

  /** Whether anything was done that calls for another look. */
  async #execute(actions: readonly Action[]): Promise<boolean> {
    const turn: PodTurn = {
      pod: this.#pod,
      observed: this.#observed,
      memory: this.#memory,
      volumes: this.#volumes,
      signal: this.#abort.signal,
    }
    const executor = new Executor(this.#deps, turn)
    let acted = false
    for (const action of actions) {
      if (this.#disposed) return false
      if (action.do === 'hold') {
        this.#alarm.set(action.untilMs - this.#deps.clock.monotonicMs())
        continue
      }
      if (action.do === 'terminate') {
        this.#termination.begin(action.graceMs, () => executor.execute(action))
        return false
      }
      await executor.execute(action)
      if (action.do === 'remove pod') return await this.#leave()
      acted = true
    }
    return acted
  }

  /** The pod has left the engine: its object goes too, once its last status is written. */
  async #leave(): Promise<false> {
    await this.#reporter.flushed()
    if (!this.#deleted) {
      const { name = '', namespace } = this.#pod.metadata
      const pods = this.#deps.client.resource(resources.pods)
      try {
        await pods.delete({ name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid: this.uid } })
      } catch (error) {
        if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error
      }
    }
    this.dispose()
    this.#onGone()
    return false
  }
}

/** What downward API volumes may show of a pod that changes in its life. */
function describedFields({ metadata }: Pod) {
  return [metadata.labels, metadata.annotations]
}
