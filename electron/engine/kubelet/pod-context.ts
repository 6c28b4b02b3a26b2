import type { Pod } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client } from '../client/client.ts'
import type { DialCluster } from '../network/cluster-network.ts'
import { containerFieldPath, findContainer, podSpec } from './pod-containers.ts'
import type { PodMemory } from './pod-memory.ts'
import type { ObservedPod, PodRuntime } from './pod-runtime.ts'
import type { PodSources } from './pod-sources.ts'
import type { FileInputs } from './volumes/volume-files.ts'
import type { VolumeKeeper } from './volumes/volume-keeper.ts'

/** Records events about a pod, or about one of its containers when `container` names it. */
export type RecordEvent = (
  pod: Pod,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  container?: string,
) => void

/** What all pod workers of a kubelet share. */
export interface PodDeps {
  readonly client: Client
  readonly runtime: PodRuntime
  readonly network: { allocatePodIP(uid: string): string; releasePodIP(uid: string): void }
  readonly clock: Clock
  readonly logger: Logger
  readonly record: RecordEvent
  readonly random: () => number
  readonly dial: DialCluster
  readonly sources: PodSources
  readonly clusterDomain: string
  readonly dnsServiceIP: string
  /** What a node offers to pods, by resource. */
  allocatable(node: string): Readonly<Record<string, string>>
  /** The address of a node, undefined once it is gone. */
  hostIP(node: string): string | undefined
}

/** One pod at one moment of its worker. */
export interface PodTurn {
  readonly pod: Pod
  readonly observed: ObservedPod | undefined
  readonly memory: PodMemory
  readonly volumes: VolumeKeeper
  /** Aborts what may take long, when the pod must end. */
  readonly signal: AbortSignal
}

export function eventFieldPath(pod: Pod, container: string | undefined): string | undefined {
  const found = container === undefined ? undefined : findContainer(pod, container)
  return found && containerFieldPath(found)
}

/** What the downward API and volumes of a pod draw on. */
export function fileInputs(deps: PodDeps, pod: Pod): FileInputs {
  const spec = podSpec(pod)
  const node = spec.nodeName ?? ''
  const hostIP = deps.hostIP(node) ?? ''
  const podIP = spec.hostNetwork ? hostIP : deps.network.allocatePodIP(pod.metadata.uid ?? '')
  return { pod, sources: deps.sources, addresses: { hostIP, podIP }, allocatable: deps.allocatable(node) }
}
