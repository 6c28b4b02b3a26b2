import type { Duplex } from 'node:stream'
import type { DialCluster } from '../cluster-network.ts'
import type { Backend, ServiceEntry } from '../rules/service-table.ts'
import { type ClientAffinity, isSame } from './client-affinity.ts'

export interface ChoiceDeps {
  /** In [0, 1). */
  readonly random: () => number
  readonly affinity: ClientAffinity
}

export interface ConnectDeps extends ChoiceDeps {
  readonly dial: DialCluster
}

/** A backend that does not answer for this long is passed over: its pod was killed and its address is silent. */
const CONNECT_TIMEOUT_MS = 1500
const MAX_ATTEMPTS = 5

/** Connects to a backend of the entry as it is now. */
export function connectBackend(entryNow: () => ServiceEntry | undefined, deps: ConnectDeps): Promise<Duplex> {
  return reachBackend(entryNow, deps, (_, { ip, port }) => dialInTime(deps.dial, ip, port))
}

export function dialInTime(dial: DialCluster, ip: string, port: number): Promise<Duplex> {
  return dial(ip, port, AbortSignal.timeout(CONNECT_TIMEOUT_MS))
}

/**
 * Opens a backend of the entry as it is now, another one when that fails: nothing was sent yet, so a pod that went away
 * in this moment costs the client nothing.
 */
export async function reachBackend<T>(
  entryNow: () => ServiceEntry | undefined,
  deps: ChoiceDeps,
  open: (entry: ServiceEntry, backend: Backend) => Promise<T>,
): Promise<T> {
  const tried: Backend[] = []
  let failure: unknown
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const entry = entryNow()
    const backend = entry && chooseBackend(entry, tried, deps)
    if (!backend) break
    tried.push(backend)
    try {
      const reached = await open(entry, backend)
      deps.affinity.connected(entry, backend)
      return reached
    } catch (error) {
      failure = error
    }
  }
  throw failure ?? new Error('the Service has no ready endpoints')
}

/** The backend that the client had before, where the Service has affinity; else any that was not tried yet. */
export function chooseBackend(
  entry: ServiceEntry,
  tried: readonly Backend[],
  { random, affinity }: ChoiceDeps,
): Backend | undefined {
  const isUntried = (backend: Backend) => !tried.some((each) => isSame(each, backend))
  const kept = affinity.backendOf(entry)
  if (kept && isUntried(kept)) return kept
  const left = entry.backends.filter(isUntried)
  return left[Math.floor(random() * left.length)]
}
