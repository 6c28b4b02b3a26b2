import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { ClusterEvent, SchedulingPlugin } from './framework.ts'
import type { PodInfo } from './pod-info.ts'
import { mayWake } from './schedule-pod.ts'

/** Pods whose back-off ends within the same span are ordered by priority. */
const BACKOFF_WINDOW_MS = 1_000
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
 * - Patient: a rejected pod waits for an event that can change the verdict, and backs off, twice as long each time, while
 *   others are ready; when none is, it is tried at once. After an error its back-off is kept in any case.
 * - Safe: a pod whose event got lost is tried again after five minutes.
 */
export class SchedulingQueue implements Disposable {
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #onReady: () => void
  readonly #active = new Map<string, Waiting>()
  /** Those of `#active` whose turn has come, the next one last; some have left since. */
  readonly #ready: Waiting[] = []
  /** Those of `#active` that back off, the first to be ready last; some have left since. */
  readonly #backingOff: Waiting[] = []
  readonly #unschedulable = new Map<string, Waiting>()
  readonly #inFlight = new Map<string, Waiting>()
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
    if (changed && this.#unschedulable.delete(info.uid)) this.#activate(known)
  }

  remove(uid: string): void {
    this.#active.delete(uid)
    this.#unschedulable.delete(uid)
    this.#inFlight.delete(uid)
  }

  /** The next pod; it stays in flight until `done`, `reject` or `putBack`. */
  take(): PodInfo | undefined {
    const now = this.#clock.monotonicMs()
    for (let next = this.#backingOff.at(-1); next && next.backoffUntil <= now; next = this.#backingOff.at(-1)) {
      this.#backingOff.pop()
      if (this.#isActive(next)) insertSorted(this.#ready, next, laterFirst)
    }
    const waiting = this.#nextReady() ?? this.#nextBackingOff()
    if (waiting === undefined) return undefined
    this.#active.delete(waiting.info.uid)
    this.#inFlight.set(waiting.info.uid, waiting)
    return waiting.info
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

  /** Puts an in-flight pod back that was not tried: it waits on for what it waited for. */
  putBack(uid: string): void {
    const waiting = this.#inFlight.get(uid)
    if (waiting === undefined) return
    this.#inFlight.delete(uid)
    this.#unschedulable.set(uid, waiting)
  }

  /** Tries a pod again, whatever it waits for. */
  retry(uid: string): void {
    const waiting = this.#unschedulable.get(uid)
    if (waiting === undefined) return
    this.#unschedulable.delete(uid)
    this.#activate(waiting)
  }

  /** Tells of a change: pods that it may help are tried again. */
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
    if (waiting.backoffUntil > this.#clock.monotonicMs()) {
      insertSorted(this.#backingOff, waiting, readyLaterFirst)
      this.#wakeAt(waiting.backoffUntil)
      if (isAfterError(waiting)) return
    } else insertSorted(this.#ready, waiting, laterFirst)
    this.#onReady()
  }

  #isActive(waiting: Waiting): boolean {
    return this.#active.get(waiting.info.uid) === waiting
  }

  #nextReady(): Waiting | undefined {
    for (let next = this.#ready.pop(); next; next = this.#ready.pop()) if (this.#isActive(next)) return next
    return undefined
  }

  /** SchedulerPopFromBackoffQ. */
  #nextBackingOff(): Waiting | undefined {
    const at = this.#backingOff.findLastIndex((waiting) => this.#isActive(waiting) && !isAfterError(waiting))
    if (at !== -1) return this.#backingOff.splice(at, 1)[0]
    const first = this.#backingOff.findLast((waiting) => this.#isActive(waiting))
    if (first !== undefined) this.#wakeAt(first.backoffUntil)
    return undefined
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

function readyLaterFirst(a: Waiting, b: Waiting): number {
  return windowOf(b) - windowOf(a) || laterFirst(a, b)
}

function windowOf({ backoffUntil }: Waiting): number {
  return Math.floor(backoffUntil / BACKOFF_WINDOW_MS)
}

/** No rule rejected it: what failed may fail again. */
function isAfterError({ attempts, rejectedBy }: Waiting): boolean {
  return attempts > 0 && rejectedBy.size === 0
}

function insertSorted(list: Waiting[], waiting: Waiting, compare: (a: Waiting, b: Waiting) => number): void {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(list[middle] as Waiting, waiting) < 0) low = middle + 1
    else high = middle
  }
  list.splice(low, 0, waiting)
}
