import type { DaemonSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'

const FIRST_MS = 1000
const MAX_MS = 15 * 60_000

interface Failure {
  readonly generation: number
  readonly delayMs: number
  readonly at: number
}

/** How long failed daemons wait to be replaced: 1 s, doubling to 15 min per node, anew with a new generation of the set. */
export class FailedDaemons {
  readonly #clock: Clock
  readonly #failures = new Map<string, Map<string, Failure>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Engine time until a failed daemon on the node may be removed. */
  waitMs(set: DaemonSet, nodeName: string): number {
    const last = this.#last(set, nodeName)
    return last === undefined ? 0 : Math.max(0, last.at + last.delayMs - this.#clock.monotonicMs())
  }

  /** A failed daemon was removed: the next one waits longer. */
  removed(set: DaemonSet, nodeName: string): void {
    const { uid = '' } = set.metadata
    const last = this.#last(set, nodeName)
    const delayMs = last === undefined ? FIRST_MS : Math.min(MAX_MS, last.delayMs * 2)
    const ofSet = this.#failures.get(uid) ?? new Map<string, Failure>()
    this.#failures.set(
      uid,
      ofSet.set(nodeName, { generation: generationOf(set), delayMs, at: this.#clock.monotonicMs() }),
    )
  }

  forget({ metadata }: DaemonSet): void {
    this.#failures.delete(metadata.uid ?? '')
  }

  #last(set: DaemonSet, nodeName: string): Failure | undefined {
    const last = this.#failures.get(set.metadata.uid ?? '')?.get(nodeName)
    const isOver = last !== undefined && this.#clock.monotonicMs() - last.at > 2 * MAX_MS
    return isOver || last?.generation !== generationOf(set) ? undefined : last
  }
}

function generationOf({ metadata }: DaemonSet): number {
  return metadata.generation ?? 0
}
