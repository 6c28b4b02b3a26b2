import { resources } from '../../../shared/api/resources.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { isRunning, podSpec } from './pod-containers.ts'
import type { PodDeps } from './pod-context.ts'
import type { PodMemory } from './pod-memory.ts'
import type { ObservedPod } from './pod-runtime.ts'
import { podStatus, sameStatus } from './status/pod-status.ts'
import { StatusWriter } from './status/status-writer.ts'

/** Computes one pod's status and writes it when it changed. The newest is kept in the pod's memory. */
export class PodReporter {
  readonly #deps: PodDeps
  readonly #memory: PodMemory
  readonly #writer: StatusWriter

  constructor(deps: PodDeps, memory: PodMemory, latest: () => Pod | undefined, retryLater: () => void) {
    this.#deps = deps
    this.#memory = memory
    this.#writer = new StatusWriter(deps.client.resource(resources.pods), latest, (error) => {
      deps.logger.warn({ err: error, pod: latest()?.metadata.name }, 'pod status was not written')
      this.#memory.status = undefined
      retryLater()
    })
  }

  report(pod: Pod, observed: ObservedPod | undefined, isTerminal: boolean): void {
    const { clock, hostIP } = this.#deps
    const memory = this.#memory
    const before = memory.status ?? pod.status ?? {}
    const status = podStatus({
      pod,
      observed,
      probes: memory.probes,
      waiting: memory.waiting,
      terminationMessages: memory.terminationMessages,
      before,
      isTerminal,
      failure: memory.failure,
      hostIP: hostIP(podSpec(pod).nodeName ?? ''),
      podIP: observed?.sandboxes.find(isRunning)?.podIP ?? pod.status?.podIP,
      now: timestamp(clock.now()),
    })
    if (sameStatus(before, status)) return
    memory.status = status
    this.#writer.write(status)
  }

  /** Resolves when nothing waits to be written. */
  flushed(): Promise<void> {
    return this.#writer.flushed()
  }
}
