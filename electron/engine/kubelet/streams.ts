import { ApiError } from '../../../shared/api/status.ts'
import type { ContainerStatus, PodStatus } from '../../../shared/api/types/core-v1.ts'
import type { ContainerTarget, PodLogOptions, PodStreams } from '../apiserver/pod-streams.ts'
import type { DialCluster } from '../network/cluster-network.ts'
import { isRunning, newestContainer } from './pod-containers.ts'
import { type ObservedPod, type PodRuntime, RuntimeError } from './pod-runtime.ts'

/** A pod as streams see it. */
interface StreamedPod {
  readonly status: PodStatus
  readonly observed: ObservedPod | undefined
}

export interface PodStreamsDeps {
  readonly runtime: PodRuntime
  readonly dial: DialCluster
  find(namespace: string, name: string): Promise<StreamedPod | undefined>
}

/** Logs, commands and ports of pods, with failures in the kubelet's words. */
export function podStreams({ runtime, dial, find }: PodStreamsDeps): PodStreams {
  async function running({ namespace, pod, container }: ContainerTarget): Promise<string> {
    const found = await find(namespace, pod)
    if (!found) throw new ApiError('InternalError', `pod not found ("${pod}_${namespace}")`)
    const last = newestContainer(found.observed, container)
    if (!last || !isRunning(last)) throw new ApiError('InternalError', `container not found ("${container}")`)
    return last.id
  }
  return {
    async logs(target, options, signal) {
      const found = await find(target.namespace, target.pod)
      if (!found) throw new ApiError('NotFound', `pod "${target.pod}" not found`)
      return await inApiWords(runtime.logs(loggedContainer(target, found.status, options), options, signal))
    },
    async exec(target, command, streams, signal) {
      return await inApiWords(runtime.exec(await running(target), { ...streams, command }, signal))
    },
    async attach(target, streams, signal) {
      await inApiWords(runtime.attach(await running(target), streams, signal))
    },
    async portForward({ namespace, name }, port) {
      const sandbox = (await find(namespace, name))?.observed?.sandboxes.find(isRunning)
      if (!sandbox) throw new ApiError('InternalError', `pod not found ("${name}_${namespace}")`)
      return await inApiWords(runtime.portForward(sandbox.id, port))
    },
    dial: (address, port) => dial(address, port),
  }
}

async function inApiWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error
    throw new ApiError(error.reason === 'EngineUnavailable' ? 'ServiceUnavailable' : 'InternalError', error.message)
  }
}

/** The id of the container whose log is meant, or why there is none (the kubelet's validateContainerLogStatus). */
function loggedContainer(target: ContainerTarget, status: PodStatus, options: PodLogOptions): string {
  const found = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ].find(({ name }) => name === target.container)
  const where = `container "${target.container}" in pod "${target.pod}"`
  if (!found) throw new ApiError('BadRequest', `${where} is not available`)
  const id = logId(found, options.previous)
  if (id) return id.replace(/^docker:\/\//, '')
  if (options.previous) throw new ApiError('BadRequest', `previous terminated ${where} not found`)
  throw new ApiError('BadRequest', `${where} ${whyNoLog(found)}`)
}

function logId({ state, lastState, containerID }: ContainerStatus, previous: boolean): string | undefined {
  if (previous) return lastState?.terminated?.containerID
  if (state?.running) return containerID
  return state?.terminated?.containerID ?? lastState?.terminated?.containerID
}

function whyNoLog({ state }: ContainerStatus): string {
  const { terminated, waiting } = state ?? {}
  if (terminated) return 'is terminated'
  if (waiting?.reason === 'ErrImagePull') return "is waiting to start: image can't be pulled"
  if (waiting?.reason === 'ImagePullBackOff') return 'is waiting to start: trying and failing to pull image'
  return waiting?.reason ? `is waiting to start: ${waiting.reason}` : 'is waiting to start - no logs yet'
}
