import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import type { StreamHandle } from '../../shared/ipc/rpc-client.ts'
import type { EngineConnection } from './engine-connection.ts'

export interface ClustersState {
  readonly loaded: boolean
  readonly clusters: readonly ClusterSummary[]
}

export type ClustersStore = StoreApi<ClustersState>

/** All clusters of the engine, live; the last known ones while it is away. */
export function createClustersStore(connection: EngineConnection): ClustersStore {
  const store = createStore<ClustersState>(() => ({ loaded: false, clusters: [] }))
  let stream: StreamHandle | undefined
  let rpc = connection.rpc
  const follow = () => {
    stream?.cancel()
    stream = rpc?.stream('clusters.watch', undefined, {
      onItems: (lists) => store.setState({ loaded: true, clusters: lists.at(-1) ?? [] }),
    })
  }
  connection.store.subscribe(() => {
    if (connection.rpc === rpc) return
    rpc = connection.rpc
    follow()
  })
  follow()
  return store
}

/** What may be done with a cluster now. */
export const clusterCan = {
  start: ({ phase }: ClusterSummary) => phase === 'stopped' || phase === 'failed',
  stop: ({ phase }: ClusterSummary) => phase === 'running' || phase === 'paused' || phase === 'failed',
  pause: ({ phase }: ClusterSummary) => phase === 'running',
  resume: ({ phase }: ClusterSummary) => phase === 'paused',
  read: ({ phase }: ClusterSummary) => phase === 'running' || phase === 'paused',
  change: ({ phase }: ClusterSummary) => phase === 'running',
  delete: ({ phase }: ClusterSummary) => phase !== 'starting' && phase !== 'stopping',
} as const
