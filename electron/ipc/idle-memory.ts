import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock } from '../../shared/lang/clock.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'

const LOOK_MS = 20_000
/** Of one core, over the time between two looks: an idle cluster takes less than 1 %, anything asked of it more. */
const CALM_SHARE = 0.05
const MEBIBYTE = 2 ** 20
/** Less is not worth a pause. */
const GROWN_BYTES = 12 * MEBIBYTE
/** The pause grows with what is alive. */
const MOST_HEAP_BYTES = 64 * MEBIBYTE

export interface ProcessUse {
  /** Of all threads, since the process began. */
  readonly cpuMs: number
  readonly residentBytes: number
  readonly heapBytes: number
}

export interface IdleMemoryDeps {
  readonly clock: Clock
  use(): ProcessUse
  release(): void
}

/**
 * Gives back what V8 keeps of a time of work for the next one, which for an engine may be far away: once the process
 * has been calm, and again only when it has grown since. Its own idle work never sets in while watches and probes tick.
 */
export function keepIdleMemorySmall({ clock, use, release }: IdleMemoryDeps): Disposable {
  let before = use()
  let small = 0
  const look = () => {
    const now = use()
    const share = (now.cpuMs - before.cpuMs) / LOOK_MS
    const { residentBytes, heapBytes } = now
    before = now
    if (share < CALM_SHARE && heapBytes <= MOST_HEAP_BYTES && residentBytes - small >= GROWN_BYTES) {
      release()
      before = use()
      small = before.residentBytes
    }
    timer = clock.after(LOOK_MS, look)
  }
  let timer = clock.after(LOOK_MS, look)
  return { dispose: () => timer.dispose() }
}

export function processUse(): ProcessUse {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  return { cpuMs: (user + system) / 1000, residentBytes: rss, heapBytes: heapUsed }
}

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/** A full collection that also returns unused pages to the system. V8 offers it to programs behind a flag only. */
export function releaseMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('globalThis.gc') as Collect | undefined
  collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
