/** How long a repeated failure waits before the next try. */
export interface BackOffLimits {
  readonly firstMs: number
  readonly maxMs: number
}

/** Containers and image pulls: 10 s, doubling to 5 minutes, forgotten 10 minutes after the last try. */
export const CRASH_BACK_OFF: BackOffLimits = { firstMs: 10_000, maxMs: 300_000 }
/** Volumes and sandboxes that could not be set up. */
export const SETUP_BACK_OFF: BackOffLimits = { firstMs: 500, maxMs: 122_000 }

/** Doubling delays by key, on the engine clock. */
export class BackOff {
  readonly #limits: BackOffLimits
  readonly #entries = new Map<string, { delayMs: number; sinceMs: number }>()

  constructor(limits: BackOffLimits) {
    this.#limits = limits
  }

  /** The delay in force; 0 before the first failure. */
  delayMs(key: string): number {
    return this.#entries.get(key)?.delayMs ?? 0
  }

  /** When a failure that happened at `failedMs` may be tried again; undefined when it may be now. */
  heldUntil(key: string, failedMs: number, nowMs: number): number | undefined {
    const entry = this.#entries.get(key)
    if (!entry || this.#isForgotten(entry, failedMs)) return undefined
    const untilMs = failedMs + entry.delayMs
    return untilMs > nowMs ? untilMs : undefined
  }

  /** Notes one more try. */
  next(key: string, failedMs: number, nowMs: number): void {
    const entry = this.#entries.get(key)
    const delayMs =
      !entry || this.#isForgotten(entry, failedMs)
        ? this.#limits.firstMs
        : Math.min(entry.delayMs * 2, this.#limits.maxMs)
    this.#entries.set(key, { delayMs, sinceMs: nowMs })
  }

  reset(key: string): void {
    this.#entries.delete(key)
  }

  #isForgotten(entry: { sinceMs: number }, failedMs: number): boolean {
    return failedMs - entry.sinceMs > 2 * this.#limits.maxMs
  }
}

/** A duration as Go prints it: "10s", "1m20s", "5m0s". */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = (ms % 60_000) / 1000
  const head = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : ''
  return `${head}${Number(seconds.toFixed(9))}s`
}
