import type { ContainerStatus, Pod } from '../../../shared/api/types/core-v1.ts'
import { type ContainerType, containersNamed, podContainers } from './pod-containers.ts'
import type { ObservedContainer, ObservedPod } from './pod-runtime.ts'
import { LOST_CONTAINER } from './status/container-status.ts'

const UNKNOWN_EXIT_CODE = 137

/**
 * Containers that the status shows running but the engine no longer has (removed by hand). They count as ended, in the
 * kubelet's words, so that they are restarted or fail the pod like any other end.
 */
export class LostContainers {
  #lost: readonly ObservedContainer[] = []

  /** The observation with the lost ones added. */
  complete(
    pod: Pod,
    statuses: readonly ContainerStatus[],
    observed: ObservedPod | undefined,
    now: string,
  ): ObservedPod | undefined {
    const types = new Map(podContainers(pod).map(({ spec, type }) => [spec.name, type]))
    const known = new Set([...(observed?.containers ?? []), ...this.#lost].map(({ id }) => id))
    const lost = statuses.flatMap((status) => {
      const id = status.containerID?.replace(/^docker:\/\//, '')
      const type = types.get(status.name)
      if (!id || !type || known.has(id) || !status.state?.running) return []
      return [lostContainer(status, { id, type, sandboxId: observed?.sandboxes[0]?.id ?? '', now })]
    })
    this.#lost = [...this.#lost, ...lost].filter((container) => newerThan(container, observed) < 2)
    if (this.#lost.length === 0) return observed
    const base = observed ?? emptyPod(pod)
    const containers = [...this.#lost, ...base.containers].sort((a, b) => b.attempt - a.attempt)
    return { ...base, containers }
  }
}

function newerThan({ name, attempt }: ObservedContainer, observed: ObservedPod | undefined): number {
  return containersNamed(observed, name).filter((container) => container.attempt > attempt).length
}

interface Lost {
  readonly id: string
  readonly type: ContainerType
  readonly sandboxId: string
  readonly now: string
}

function lostContainer(status: ContainerStatus, { id, type, sandboxId, now }: Lost): ObservedContainer {
  const startedAt = status.state?.running?.startedAt ?? now
  return {
    id,
    name: status.name,
    type,
    attempt: status.restartCount,
    hash: '',
    sandboxId,
    image: status.image,
    imageId: status.imageID,
    state: 'exited',
    createdAt: startedAt,
    startedAt,
    finishedAt: now,
    exitCode: UNKNOWN_EXIT_CODE,
    oomKilled: false,
    error: LOST_CONTAINER,
  }
}

function emptyPod(pod: Pod): ObservedPod {
  const { uid = '', namespace = '', name = '' } = pod.metadata
  return { uid, namespace, name, node: pod.spec?.nodeName ?? '', sandboxes: [], containers: [] }
}
