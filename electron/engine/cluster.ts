import type { ResourceRef } from '../../shared/api/resources.ts'
import type { PodStreams } from './apiserver/pod-streams.ts'
import type { Client } from './client/client.ts'
import type { NodeRecord } from './installation/cluster-record.ts'
import type { ClusterAccess } from './installation/kubeconfig.ts'
import type { UsageHistory } from './metrics/usage-history.ts'

/** A running cluster, as the host of the engine sees it. */
export interface Cluster {
  /** How its administrator reaches it. */
  readonly access: ClusterAccess
  /** The API as its administrator. */
  readonly client: Client
  readonly streams: PodStreams
  readonly usage: UsageHistory
  /** The served resource of that name, custom resources included. */
  resourceRef(name: Pick<ResourceRef, 'group' | 'version' | 'resource'>): ResourceRef | undefined
  /** The nodes from now on; resolves when they are ready. Those that are missing are no longer looked after. */
  setNodes(nodes: readonly NodeRecord[]): Promise<void>
  /** Moves the pods of a node elsewhere; resolves with what stayed, and why: the node takes pods again then. */
  drainNode(name: string): Promise<string[]>
  /** Ends what runs on a node and forgets it with its object. */
  removeNode(name: string): Promise<void>
  /** Kills all that runs on the node and lets it fall silent. */
  failNode(name: string): Promise<void>
  restoreNode(name: string): void
  /** Freezes containers, probes and controllers; reads still answer. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Ends the control plane; containers stay unless they are to be removed. */
  stop(options: { removeContainers: boolean }): Promise<void>
}
