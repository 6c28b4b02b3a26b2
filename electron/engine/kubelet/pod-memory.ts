import type { Pod, PodStatus } from '../../../shared/api/types/core-v1.ts'
import { BackOff, CRASH_BACK_OFF, goDuration, SETUP_BACK_OFF } from './back-off.ts'
import type { Hold, ProbeOutcome } from './plan/plan-pod.ts'
import { hasEnded, isRunning, newestContainer, podContainers } from './pod-containers.ts'
import { podLabel } from './pod-names.ts'
import type { ObservedContainer, ObservedPod } from './pod-runtime.ts'
import { containerId, type WaitingReason } from './status/container-status.ts'

/** After this, a failed pull shows as ImagePullBackOff until it is tried again. */
const PULL_ERROR_SHOWN_MS = 3000

export interface PodFailure {
  readonly reason: string
  readonly message: string
  /** Instead of the pod's own grace. */
  readonly graceMs?: number
}

/** What the kubelet remembers of a pod between two looks at it. Lost with the process, and rebuilt. */
export class PodMemory {
  /** By container id. */
  readonly probes = new Map<string, ProbeOutcome>()
  /** By container name. */
  readonly waiting = new Map<string, WaitingReason>()
  /** By container name; "" holds the sandbox. */
  readonly holds = new Map<string, Hold>()
  /** By container id. */
  readonly terminationMessages = new Map<string, string>()
  readonly crashes = new BackOff(CRASH_BACK_OFF)
  readonly pulls = new BackOff(CRASH_BACK_OFF)
  readonly setups = new BackOff(SETUP_BACK_OFF)
  /** By container id: engine time at which its end was first seen. */
  readonly #ends = new Map<string, number>()
  /** By container name. */
  readonly #pullFailures = new Map<string, { readonly image: string; readonly atMs: number; readonly text: string }>()
  #adopted: ReadonlySet<string> | undefined
  readonly #announced = new Map<string, string>()
  /** Set when the kubelet itself fails the pod. */
  failure: PodFailure | undefined
  status: PodStatus | undefined

  /** Whether a container ran already when this process first looked. */
  isAdopted(id: string): boolean {
    return this.#adopted?.has(id) ?? false
  }

  notePullFailure(name: string, image: string, failure: { reason: string; message: string }, nowMs: number): void {
    this.pulls.next(image, nowMs, nowMs)
    this.waiting.set(name, failure)
    this.#pullFailures.set(name, { image, atMs: nowMs, text: `${failure.reason}: ${failure.message}` })
  }

  noteStarted(name: string): void {
    this.waiting.delete(name)
    this.#pullFailures.delete(name)
  }

  /** What failed for a missing source is tried again at once. */
  forgetRetries(): void {
    for (const [name, hold] of this.holds) if (hold.reason === 'Retry') this.holds.delete(name)
  }

  /** Takes in a new observation: ends, adopted containers, and who has to wait how long. */
  learn(pod: Pod, observed: ObservedPod | undefined, nowMs: number): void {
    this.#adopted ??= new Set(observed?.containers.filter(isRunning).map(({ id }) => id))
    for (const container of observed?.containers ?? []) {
      if (hasEnded(container) && !this.#ends.has(container.id)) this.#ends.set(container.id, nowMs)
      if (!this.probes.has(container.id)) this.probes.set(container.id, adoptedOutcome(pod, containerId(container)))
    }
    this.#forgetGone(observed)
    for (const { spec, type } of podContainers(pod)) {
      const hold =
        this.#pullHold(spec.name, nowMs) ??
        (type === 'ephemeral' ? undefined : this.#crashHold(spec.name, observed, nowMs))
      if (hold) this.holds.set(spec.name, hold)
      else if (this.holds.get(spec.name)?.reason !== 'Retry') this.holds.delete(spec.name)
    }
  }

  #pullHold(name: string, nowMs: number): Hold | undefined {
    const failure = this.#pullFailures.get(name)
    const untilMs = failure && this.pulls.heldUntil(failure.image, failure.atMs, nowMs)
    if (!failure || untilMs === undefined) return undefined
    if (nowMs - failure.atMs >= PULL_ERROR_SHOWN_MS) {
      this.waiting.set(name, {
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "${failure.image}": ${failure.text}`,
      })
      return { untilMs, reason: 'ImagePullBackOff' }
    }
    return { untilMs: Math.min(untilMs, failure.atMs + PULL_ERROR_SHOWN_MS), reason: 'ErrImagePull' }
  }

  #crashHold(name: string, observed: ObservedPod | undefined, nowMs: number): Hold | undefined {
    const last = endedHere(observed, name)
    const endedMs = last && hasEnded(last) ? this.#ends.get(last.id) : undefined
    const untilMs = endedMs === undefined ? undefined : this.crashes.heldUntil(name, endedMs, nowMs)
    if (untilMs === undefined) return undefined
    return { untilMs, reason: 'CrashLoopBackOff' }
  }

  /** Whether a hold is new, and not only another look at the same one. */
  announce(name: string, { reason, untilMs }: Hold): boolean {
    const key = `${reason} ${untilMs}`
    if (this.#announced.get(name) === key) return false
    this.#announced.set(name, key)
    return true
  }

  /** Shows a held container as crash looping. */
  showCrashLoop(pod: Pod, name: string): void {
    const delay = goDuration(this.crashes.delayMs(name))
    this.waiting.set(name, {
      reason: 'CrashLoopBackOff',
      message: `back-off ${delay} restarting failed container=${name} pod=${podLabel(pod)}`,
    })
  }

  /** Called before a container is started again: its end counts towards the back-off. */
  noteRestart(name: string, observed: ObservedPod | undefined, nowMs: number): void {
    const ended = endedHere(observed, name)
    if (ended) this.crashes.next(name, this.#ends.get(ended.id) ?? nowMs, nowMs)
  }

  #forgetGone(observed: ObservedPod | undefined): void {
    const known = new Set(observed?.containers.map(({ id }) => id))
    for (const map of [this.#ends, this.probes, this.terminationMessages]) {
      for (const id of map.keys()) if (!known.has(id)) map.delete(id)
    }
  }
}

/** The newest container of a name, if it ended in the present sandbox: a sandbox's end is not its containers' fault. */
function endedHere(observed: ObservedPod | undefined, name: string): ObservedContainer | undefined {
  const last = newestContainer(observed, name)
  return last && hasEnded(last) && last.sandboxId === observed?.sandboxes[0]?.id ? last : undefined
}

/** After a restart of ours, a container that the API shows ready or started stays so until a probe says otherwise. */
function adoptedOutcome(pod: Pod, id: string): ProbeOutcome {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  const shown = [...initContainerStatuses, ...containerStatuses].find((status) => status.containerID === id)
  if (!shown) return {}
  return { ...(shown.started ? { startup: true } : {}), ...(shown.ready ? { readiness: true } : {}) }
}
