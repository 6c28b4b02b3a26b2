import type { PodContainer } from './pod-containers.ts'
import type { PodDeps, PodTurn } from './pod-context.ts'
import { RuntimeError } from './pod-runtime.ts'
import { pullCredentials } from './pull-credentials.ts'

/** Why a container can't be started; the kubelet shows it as the container's waiting reason. */
export class StartFailure extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.name = 'StartFailure'
    this.reason = reason
  }
}

function pullPolicy(container: PodContainer): string {
  const { imagePullPolicy, image = '' } = container.spec
  if (imagePullPolicy) return imagePullPolicy
  const tagged = /:[^/]+$/.test(image)
  return !image.includes('@') && (!tagged || image.endsWith(':latest')) ? 'Always' : 'IfNotPresent'
}

/**
 * Makes the container's image present, by its pull policy. `Always` with a registry that can't be reached, or does not
 * have it, runs the local image with a Warning event, so that what was just built locally can be used at once.
 */
export async function ensureImage(deps: PodDeps, turn: PodTurn, container: PodContainer): Promise<void> {
  const { image = '', name } = container.spec
  const { pod, memory } = turn
  const policy = pullPolicy(container)
  const local = await deps.runtime.image(image)
  if (local && policy !== 'Always') {
    const message = `Container image "${image}" already present on machine and can be accessed by the pod`
    deps.record(pod, 'Normal', 'Pulled', message, name)
    return
  }
  if (policy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`
    deps.record(pod, 'Warning', 'ErrImageNeverPull', message, name)
    throw new StartFailure('ErrImageNeverPull', message)
  }
  deps.record(pod, 'Normal', 'Pulling', `Pulling image "${image}"`, name)
  const startedMs = deps.clock.monotonicMs()
  try {
    const { logins, missing } = await pullCredentials(deps.sources, pod, image)
    if (missing.length > 0) {
      const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`
      deps.record(pod, 'Warning', 'FailedToRetrieveImagePullSecret', message)
    }
    const pulled = await deps.runtime.pullImage(image, logins, turn.signal)
    const took = `${((deps.clock.monotonicMs() - startedMs) / 1000).toFixed(3).replace(/\.?0+$/, '')}s`
    const message = `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${pulled.sizeBytes} bytes.`
    deps.record(pod, 'Normal', 'Pulled', message, name)
    memory.pulls.reset(image)
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.reason === 'EngineUnavailable') throw error
    if (local && error.reason !== 'InvalidImageName') {
      const message = `Failed to pull image "${image}": ${error.message}; running the image that is present on the machine`
      deps.record(pod, 'Warning', 'Failed', message, name)
      return
    }
    throw pullFailed(deps, turn, container, error)
  }
}

function pullFailed(
  deps: PodDeps,
  { pod, memory }: PodTurn,
  { spec }: PodContainer,
  error: RuntimeError,
): StartFailure {
  const { image = '', name } = spec
  if (error.reason === 'InvalidImageName') {
    const message = `Failed to apply default image tag "${image}": ${error.message}`
    deps.record(pod, 'Warning', 'InspectFailed', message, name)
    return new StartFailure('InvalidImageName', message)
  }
  const failure = { reason: 'ErrImagePull', message: error.message }
  deps.record(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${error.message}`, name)
  memory.notePullFailure(name, image, failure, deps.clock.monotonicMs())
  return new StartFailure(failure.reason, failure.message)
}
