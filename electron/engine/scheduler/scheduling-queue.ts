import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { ClusterEvent, SchedulingPlugin } from './framework.ts'
import type { PodInfo } from './pod-info.ts'
import { mayWake } from './schedule-pod.ts'

/** A pod that no event woke for this long is tried again (kube-scheduler's 5 minutes). */
const MAXIMUM_UNSCHEDULABLE_MS = 5 * 60_000

export interface Backoff {
  readonly initialMs: number
  readonly maximumMs: number
}

interface Waiting {
  info: PodInfo
  attempts: number
  /** Engine time until which it may not be tried again. */
  backoffUntil: number
  since: number
  rejectedBy: ReadonlySet<SchedulingPlugin>
}

/**
 * Pods that wait for a node.
 * - Fair: the highest priority first, then the one that waited longest.
 * - Patient: a rejected pod backs off, twice as long each time, and waits for an event that can change the verdict.
 * - Safe: a pod whose event got lost is tried again after five minutes.
 */
export class SchedulingQueue implements Disposable {
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #onReady: () => void
  readonly #active = new Map<string, Waiting>()
  readonly #unschedulable = new Map<string, Waiting>()
  readonly #inFlight = new Map<string, Waiting>()
  #sorted: Waiting[] | undefined
  #timer: Disposable | undefined
  #timerAt = Number.POSITIVE_INFINITY

  constructor(clock: Clock, backoff: Backoff, onReady: () => void) {
    this.#clock = clock
    this.#backoff = backoff
    this.#onReady = onReady
  }

  get size(): number {
    return this.#active.size + this.#unschedulable.size
  }

  /** Adds a pod, or takes its new version; an unschedulable pod that changed is tried again. */
  put(info: PodInfo): void {
    const flying = this.#inFlight.get(info.uid)
    if (flying !== undefined) {
      flying.info = info
      return
    }
    const known = this.#active.get(info.uid) ?? this.#unschedulable.get(info.uid)
    if (known === undefined) {
      this.#activate({ info, attempts: 0, backoffUntil: 0, since: this.#clock.monotonicMs(), rejectedBy: new Set() })
      return
    }
    const changed = schedulingVersion(known.info) !== schedulingVersion(info)
    known.info = info
    this.#sorted = undefined
    if (changed && this.#unschedulable.delete(info.uid)) this.#activate(known)
  }

  remove(uid: string): void {
    if (this.#active.delete(uid)) this.#sorted = undefined
    this.#unschedulable.delete(uid)
    this.#inFlight.delete(uid)
  }

  /** The next pod whose back-off is over; it stays in flight until `done` or `reject`. */
  take(): PodInfo | undefined {
    const now = this.#clock.monotonicMs()
    this.#sorted ??= [...this.#active.values()].sort(laterFirst)
    for (let index = this.#sorted.length - 1; index >= 0; index--) {
      const waiting = this.#sorted[index] as Waiting
      if (waiting.backoffUntil > now) {
        this.#wakeAt(waiting.backoffUntil)
        continue
      }
      this.#sorted.splice(index, 1)
      this.#active.delete(waiting.info.uid)
      this.#inFlight.set(waiting.info.uid, waiting)
      return waiting.info
    }
    return undefined
  }

  done(uid: string): void {
    this.#inFlight.delete(uid)
  }

  /** Puts an in-flight pod back: to wait for an event that may help, or for its back-off alone when no rule rejected it. */
  reject(uid: string, rejectedBy: ReadonlySet<SchedulingPlugin>): void {
    const waiting = this.#inFlight.get(uid)
    if (waiting === undefined) return
    this.#inFlight.delete(uid)
    const now = this.#clock.monotonicMs()
    waiting.attempts += 1
    const { initialMs, maximumMs } = this.#backoff
    waiting.backoffUntil = now + Math.min(maximumMs, initialMs * 2 ** (waiting.attempts - 1))
    waiting.since = now
    waiting.rejectedBy = rejectedBy
    if (rejectedBy.size === 0) this.#activate(waiting)
    else {
      this.#unschedulable.set(uid, waiting)
      this.#wakeAt(now + MAXIMUM_UNSCHEDULABLE_MS)
    }
  }

  /** Tries a pod again after its back-off, whatever it waits for. */
  retry(uid: string): void {
    const waiting = this.#unschedulable.get(uid)
    if (waiting === undefined) return
    this.#unschedulable.delete(uid)
    this.#activate(waiting)
  }

  /** Tells of a change: pods that it may help are tried again after their back-off. */
  onEvent(event: ClusterEvent): void {
    for (const [uid, waiting] of this.#unschedulable) {
      if (!mayWake(waiting.info, waiting.rejectedBy, event)) continue
      this.#unschedulable.delete(uid)
      this.#activate(waiting)
    }
  }

  dispose(): void {
    this.#timer?.dispose()
  }

  #activate(waiting: Waiting): void {
    this.#active.set(waiting.info.uid, waiting)
    if (this.#sorted !== undefined) insertSorted(this.#sorted, waiting)
    if (waiting.backoffUntil > this.#clock.monotonicMs()) this.#wakeAt(waiting.backoffUntil)
    else this.#onReady()
  }

  #wakeAt(at: number): void {
    if (at >= this.#timerAt) return
    this.#timer?.dispose()
    this.#timerAt = at
    this.#timer = this.#clock.after(at - this.#clock.monotonicMs(), () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#reviveForgotten()
      this.#onReady()
    })
  }

  #reviveForgotten(): void {
    const now = this.#clock.monotonicMs()
    for (const [uid, waiting] of this.#unschedulable) {
      if (now - waiting.since < MAXIMUM_UNSCHEDULABLE_MS) this.#wakeAt(waiting.since + MAXIMUM_UNSCHEDULABLE_MS)
      else {
        this.#unschedulable.delete(uid)
        this.#activate(waiting)
      }
    }
  }
}

/** What of a pod its scheduling depends on: its spec (by generation) and labels, not its status. */
function schedulingVersion({ pod }: PodInfo): string {
  return `${pod.metadata.generation} ${JSON.stringify(pod.metadata.labels)}`
}

/** Ascending order of who comes last, so that the next one is at the end of the list. */
function laterFirst(a: Waiting, b: Waiting): number {
  return a.info.priority - b.info.priority || b.since - a.since
}

function insertSorted(list: Waiting[], waiting: Waiting): void {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (laterFirst(list[middle] as Waiting, waiting) < 0) low = middle + 1
    else high = middle
  }
  list.splice(low, 0, waiting)
}
