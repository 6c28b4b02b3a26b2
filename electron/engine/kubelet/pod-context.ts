import type { Pod } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client } from '../client/client.ts'
import { containerFieldPath, findContainer } from './pod-containers.ts'
import type { PodMemory } from './pod-memory.ts'
import type { ObservedPod, PodRuntime } from './pod-runtime.ts'

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
  /** The address of a node, undefined once it is gone. */
  hostIP(node: string): string | undefined
}

/** One pod at one moment of its worker. */
export interface PodTurn {
  readonly pod: Pod
  readonly observed: ObservedPod | undefined
  readonly memory: PodMemory
  /** Aborts what may take long, when the pod must end. */
  readonly signal: AbortSignal
}

export function eventFieldPath(pod: Pod, container: string | undefined): string | undefined {
  const found = container === undefined ? undefined : findContainer(pod, container)
  return found && containerFieldPath(found)
}
