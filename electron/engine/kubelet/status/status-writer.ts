import { isApiError } from '../../../../shared/api/status.ts'
import type { Pod, PodStatus } from '../../../../shared/api/types/core-v1.ts'
import type { ResourceClient } from '../../client/client.ts'
import { KUBELET_CONDITIONS } from './pod-conditions.ts'
import { sameStatus } from './pod-status.ts'

const ATTEMPTS = 5

/** Writes one pod's status, one write at a time; of statuses that came meanwhile only the newest is written. */
export class StatusWriter {
  readonly #pods: ResourceClient<Pod>
  readonly #latest: () => Pod | undefined
  readonly #onFailure: (error: unknown) => void
  #written: Pod | undefined
  #next: PodStatus | undefined
  #writing: Promise<void> | undefined

  /** `latest` is the pod as the informer has it; undefined once it is deleted. */
  constructor(pods: ResourceClient<Pod>, latest: () => Pod | undefined, onFailure: (error: unknown) => void) {
    this.#pods = pods
    this.#latest = latest
    this.#onFailure = onFailure
  }

  write(status: PodStatus): void {
    this.#next = status
    this.#writing ??= this.#run().finally(() => {
      this.#writing = undefined
    })
  }

  /** Resolves when nothing waits to be written. */
  async flushed(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async #run(): Promise<void> {
    while (this.#next) {
      const status = this.#next
      this.#next = undefined
      try {
        await this.#put(status)
      } catch (error) {
        this.#onFailure(error)
      }
    }
  }

  async #put(status: PodStatus): Promise<void> {
    let pod = newer(this.#latest(), this.#written)
    if (!pod) return
    for (let attempt = 1; ; attempt++) {
      if (sameStatus(pod.status, status)) return
      try {
        this.#written = await this.#pods.updateStatus({ ...pod, status: withForeignConditions(pod, status) })
        return
      } catch (error) {
        if (isApiError(error, 'NotFound')) return
        if (!isApiError(error, 'Conflict') || attempt === ATTEMPTS) throw error
        const { name = '', namespace, uid } = pod.metadata
        pod = await this.#pods.get(name, namespace)
        if (pod.metadata.uid !== uid) return
      }
    }
  }
}

/** Conditions of others are theirs: what the newest object has of them stays. */
function withForeignConditions(pod: Pod, status: PodStatus): PodStatus {
  const foreign = (pod.status?.conditions ?? []).filter(({ type }) => !KUBELET_CONDITIONS.has(type))
  const own = (status.conditions ?? []).filter(({ type }) => KUBELET_CONDITIONS.has(type))
  return { ...status, conditions: [...foreign, ...own] }
}

function newer(a: Pod | undefined, b: Pod | undefined): Pod | undefined {
  if (!a || !b || a.metadata.uid !== b.metadata.uid) return a
  return Number(b.metadata.resourceVersion) > Number(a.metadata.resourceVersion) ? b : a
}
