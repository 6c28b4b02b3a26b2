import { parseTimestamp } from '../../../shared/api/timestamp.ts'
import type { Pod, PodStatus } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import { podSpec } from './pod-containers.ts'
import type { PodMemory } from './pod-memory.ts'

/** Containers of a pod that is gone from the API get this long. */
const ORPHAN_GRACE_MS = 1000

export interface PodEnd {
  readonly graceMs: number
}

/** Why the pod must end, told by how soon; undefined while it may go on. `pod` is undefined once it is deleted. */
export function podEnd(pod: Pod | undefined, memory: PodMemory): PodEnd | undefined {
  if (!pod) return { graceMs: ORPHAN_GRACE_MS }
  const { metadata, status } = pod
  const ordinary = podSpec(pod).terminationGracePeriodSeconds ?? 30
  if (metadata.deletionTimestamp) return { graceMs: (metadata.deletionGracePeriodSeconds ?? ordinary) * 1000 }
  const phase = memory.status?.phase ?? status?.phase
  if (phase === 'Failed' || phase === 'Succeeded' || memory.failure) {
    return { graceMs: memory.failure?.graceMs ?? ordinary * 1000 }
  }
  return undefined
}

export const DEADLINE_EXCEEDED = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
}

/** activeDeadlineSeconds, on the engine clock from the pod's start. */
export class ActiveDeadline {
  readonly #clock: Clock
  #sinceMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Undefined without a deadline. */
  leftMs(pod: Pod, status: PodStatus): number | undefined {
    const { activeDeadlineSeconds } = podSpec(pod)
    if (activeDeadlineSeconds === undefined) return undefined
    const now = this.#clock.now()
    const nowMs = this.#clock.monotonicMs()
    this.#sinceMs ??= nowMs - Math.max(0, now - (parseTimestamp(status.startTime) ?? now))
    return this.#sinceMs + activeDeadlineSeconds * 1000 - nowMs
  }
}
