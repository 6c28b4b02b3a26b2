import type { Clock } from '../../../../shared/lang/clock.ts'
import type { Backend, ServiceEntry } from '../rules/service-table.ts'

/**
 * sessionAffinity ClientIP for connections from the laptop, all of which count as one client: it stays with its backend
 * until that is gone, or until it has not connected for `timeoutSeconds`.
 */
export class ClientAffinity {
  readonly #clock: Clock
  readonly #last = new Map<string, { readonly backend: Backend; readonly atMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The backend that the client had, when it may keep it. */
  backendOf({ id, affinitySeconds, backends }: ServiceEntry): Backend | undefined {
    const last = this.#last.get(id)
    if (last === undefined) return undefined
    const isCurrent = affinitySeconds !== undefined && this.#clock.monotonicMs() - last.atMs <= affinitySeconds * 1000
    const kept = isCurrent ? backends.find((each) => isSame(each, last.backend)) : undefined
    if (kept === undefined) this.#last.delete(id)
    return kept
  }

  connected({ id, affinitySeconds }: ServiceEntry, backend: Backend): void {
    if (affinitySeconds !== undefined) this.#last.set(id, { backend, atMs: this.#clock.monotonicMs() })
  }
}

export function isSame(a: Backend, b: Backend): boolean {
  return a.ip === b.ip && a.port === b.port
}
