import { type ConnectDeps, dialInTime, reachBackend } from '../listeners/connect-backend.ts'
import type { ServiceEntry } from '../rules/service-table.ts'
import type { KeptConnections } from './kept-connections.ts'
import { PodConnection } from './pod-connection.ts'

export interface ReachDeps extends ConnectDeps {
  readonly kept: KeptConnections
}

export interface ReachedPod {
  readonly connection: PodConnection
  /** To be called once the exchange is over, unless the connection was destroyed or detached. */
  release(): void
}

/** A new connection, or any: a kept one may be closing at its other end. */
export type Reach = 'new' | 'any'

/** Reaches a backend of the entry as it is now, chosen for each request. */
export function reachPod(entryNow: () => ServiceEntry | undefined, how: Reach, deps: ReachDeps): Promise<ReachedPod> {
  return reachBackend(entryNow, deps, async ({ id }, backend) => {
    const { dial, kept } = deps
    const connection =
      (how === 'any' ? kept.take(id, backend) : undefined) ??
      new PodConnection(await dialInTime(dial, backend.ip, backend.port))
    return { connection, release: () => kept.keep(id, backend, connection) }
  })
}
