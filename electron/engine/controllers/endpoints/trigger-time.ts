import { podCondition } from '../../../../shared/api/pod-state.ts'
import { parseTimestamp, timestamp } from '../../../../shared/api/timestamp.ts'
import type { Pod, Service } from '../../../../shared/api/types/core-v1.ts'

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'

interface Seen {
  service: number
  readonly pods: Map<string, number>
}

/** When the change happened that endpoints are being written for: the earliest one that was not yet accounted for. */
export class TriggerTimes {
  readonly #seen = new Map<string, Seen>()

  /** Undefined when nothing that has a time has changed since the last call. */
  next(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const before = this.#seen.get(key)
    const seen: Seen = { service: parseTimestamp(service.metadata.creationTimestamp) ?? 0, pods: new Map() }
    let earliest = seen.service > (before?.service ?? 0) ? seen.service : undefined
    for (const pod of pods) {
      const at = parseTimestamp(podCondition(pod, 'Ready')?.lastTransitionTime)
      if (at === undefined) continue
      const name = pod.metadata.name ?? ''
      seen.pods.set(name, at)
      const isNew = at > (before?.pods.get(name) ?? 0)
      if (isNew && (earliest === undefined || at < earliest)) earliest = at
    }
    this.#seen.set(key, seen)
    return earliest === undefined ? undefined : timestamp(earliest)
  }

  forget(key: string): void {
    this.#seen.delete(key)
  }
}
