import type { Duplex } from 'node:stream'
import type { DialCluster } from '../cluster-network.ts'
import type { Backend, ServiceEntry } from '../rules/service-table.ts'

export interface ConnectDeps {
  readonly dial: DialCluster
  /** In [0, 1). */
  readonly random: () => number
}

/** A backend that does not answer for this long is passed over: its pod was killed and its address is silent. */
const CONNECT_TIMEOUT_MS = 1500
const MAX_ATTEMPTS = 5

/**
 * Connects to a backend of the entry as it is now, to another one when that fails: nothing was sent yet, so a pod that
 * went away in this moment costs the client nothing.
 */
export async function connectBackend(entryNow: () => ServiceEntry | undefined, deps: ConnectDeps): Promise<Duplex> {
  const tried = new Set<string>()
  let failure: unknown
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const backend = pick(entryNow(), tried, deps.random)
    if (!backend) break
    tried.add(`${backend.ip}:${backend.port}`)
    try {
      return await deps.dial(backend.ip, backend.port, AbortSignal.timeout(CONNECT_TIMEOUT_MS))
    } catch (error) {
      failure = error
    }
  }
  throw failure ?? new Error('the Service has no ready endpoints')
}

/** With affinity every client of the laptop is the same client: always the first backend. */
function pick(entry: ServiceEntry | undefined, tried: ReadonlySet<string>, random: () => number): Backend | undefined {
  const left = (entry?.backends ?? []).filter(({ ip, port }) => !tried.has(`${ip}:${port}`))
  return left[entry?.affinitySeconds === undefined ? Math.floor(random() * left.length) : 0]
}
