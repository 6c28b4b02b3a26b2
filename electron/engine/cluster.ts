import type { ResourceRef } from '../../shared/api/resources.ts'
import type { PodStreams } from './apiserver/pod-streams.ts'
import type { Client } from './client/client.ts'
import type { ClusterAccess } from './installation/kubeconfig.ts'

/** A running cluster, as the host of the engine sees it. */
export interface Cluster {
  /** How its administrator reaches it. */
  readonly access: ClusterAccess
  /** The API as its administrator. */
  readonly client: Client
  readonly streams: PodStreams
  /** The served resource of that name, custom resources included. */
  resourceRef(name: Pick<ResourceRef, 'group' | 'version' | 'resource'>): ResourceRef | undefined
  /** Adds or removes nodes until there are `count`. */
  setNodes(count: number): Promise<void>
  /** Freezes containers, probes and controllers; reads still answer. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Ends the control plane; containers stay unless they are to be removed. */
  stop(options: { removeContainers: boolean }): Promise<void>
}
