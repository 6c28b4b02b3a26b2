import type { Lease } from '../../../../shared/api/types/coordination-v1.ts'
import type { Node } from '../../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'

/** `--node-monitor-grace-period` and `--node-startup-grace-period`. */
const GRACE_MS = 50_000
const STARTUP_GRACE_MS = 60_000

interface Heartbeat {
  readonly uid: string | undefined
  readonly lease: string | undefined
  readonly status: string | undefined
  readonly at: number
}

/**
 * When each node was last heard of, by the engine clock.
 * - A heartbeat is a change of the node's Lease or of its Ready condition's heartbeat; what they say about the time
 *   does not matter, so clocks may differ, and time in which the engine slept is nobody's silence.
 */
export class Heartbeats {
  readonly #clock: Clock
  readonly #graceMs: number
  readonly #last = new Map<string, Heartbeat>()

  constructor(clock: Clock, graceMs = GRACE_MS) {
    this.#clock = clock
    this.#graceMs = graceMs
  }

  /** Engine time until the node counts as silent; 0 when it does. */
  untilSilentMs(node: Node, lease: Lease | undefined): number {
    const name = node.metadata.name ?? ''
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')
    const now = this.#clock.monotonicMs()
    const before = this.#last.get(name)
    const status = ready?.reason === 'NodeStatusUnknown' ? before?.status : ready?.lastHeartbeatTime
    const heard = { uid: node.metadata.uid, lease: lease?.spec?.renewTime, status }
    if (before?.uid !== heard.uid || before?.lease !== heard.lease || before?.status !== heard.status) {
      this.#last.set(name, { ...heard, at: now })
    }
    const since = now - (this.#last.get(name)?.at ?? now)
    return Math.max(0, (ready === undefined ? STARTUP_GRACE_MS : this.#graceMs) - since)
  }

  forget(name: string): void {
    this.#last.delete(name)
  }
}
