import type { ContainerStatus, Pod } from '../../../shared/api/types/core-v1.ts'
import { type ContainerType, containersNamed, hasEnded, newestContainer, podContainers } from './pod-containers.ts'
import type { ObservedContainer, ObservedPod } from './pod-runtime.ts'
import { LOST_CONTAINER } from './status/container-status.ts'

const UNKNOWN_EXIT_CODE = 137

/**
 * Containers that the engine no longer has though nobody of ours removed them. One that the status shows running counts
 * as ended, in the kubelet's words, so that it is restarted or fails the pod like any other end; one that was seen to
 * end stays as it was seen. So an older container never passes for the newest one again.
 */
export class LostContainers {
  #lost: readonly ObservedContainer[] = []
  /** The newest of each name that the engine was seen with. */
  #newest: readonly ObservedContainer[] = []

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
    const ended = this.#newest.filter((container) => hasEnded(container) && !known.has(container.id))
    this.#newest = podContainers(pod).flatMap(({ spec }) => newestContainer(observed, spec.name) ?? [])
    this.#lost = [...this.#lost, ...ended, ...lost].filter((container) => isOneOfTwo(container, observed))
    if (this.#lost.length === 0) return observed
    const base = observed ?? emptyPod(pod)
    const containers = [...this.#lost, ...base.containers].sort((a, b) => b.attempt - a.attempt)
    return { ...base, containers }
  }
}

/** The present container or the one before it; one that was replaced under its own number is neither. */
function isOneOfTwo({ name, attempt }: ObservedContainer, observed: ObservedPod | undefined): boolean {
  const attempts = containersNamed(observed, name).map((container) => container.attempt)
  return !attempts.includes(attempt) && attempts.filter((other) => other > attempt).length < 2
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
