import type { Taint } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client } from '../client/client.ts'
import type { Informers } from '../controller/informers.ts'
import type { ClusterNetwork, DialCluster } from '../network/cluster-network.ts'
import type { PodRuntime } from './pod-runtime.ts'

/** One node of the cluster: a share of the engine's machine under a name and an address of its own. */
export interface NodeConfig {
  readonly name: string
  /** Its InternalIP: the hostIP of its pods. */
  readonly address: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  /** Quantities by resource name: cpu, memory, ephemeral-storage, pods. */
  readonly capacity: Readonly<Record<string, string>>
  readonly allocatable: Readonly<Record<string, string>>
  readonly machine: MachineFacts
}

/** What the engine tells of the machine that it runs on. */
interface MachineFacts {
  /** As Go names it: amd64, arm64. */
  readonly architecture: string
  readonly kernelVersion: string
  readonly osImage: string
  /** "docker://27.1.1" */
  readonly containerRuntimeVersion: string
  readonly machineID: string
  readonly bootID: string
}

export interface KubeletDeps {
  /** Shared with the controllers; whoever composes the cluster starts them. */
  readonly informers: Informers
  /** May read and write everything the kubelets of the cluster need. */
  readonly client: Client
  readonly runtime: PodRuntime
  readonly network: Pick<ClusterNetwork, 'allocatePodIP' | 'releasePodIP'>
  readonly dial: DialCluster
  readonly clock: Clock
  /** From 0 to 1, as Math.random. */
  readonly random: () => number
  readonly logger: Logger
  /** "cluster.local" */
  readonly clusterDomain: string
  readonly dnsServiceIP: string
  readonly nodes: readonly NodeConfig[]
  /** Of these, those that have failed: silent from the start. */
  readonly failedNodes?: readonly string[] | undefined
  /** Between two heartbeats of a node; Kubernetes' 10 s when absent. */
  readonly heartbeatMs?: number | undefined
}
