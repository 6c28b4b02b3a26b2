import { checkNonRoot, containerSpec } from './container-spec.ts'
import { containerEnvironment } from './environment/container-env.ts'
import { ensureImage, StartFailure } from './images.ts'
import { runPostStart } from './lifecycle-hooks.ts'
import type { ContainerType } from './pod-containers.ts'
import { findContainer } from './pod-containers.ts'
import { fileInputs, type PodDeps, type PodTurn } from './pod-context.ts'
import { RuntimeError } from './pod-runtime.ts'

export interface StartOrder {
  readonly name: string
  readonly type: ContainerType
  readonly attempt: number
  readonly sandboxId: string
}

/** A failed start is tried again after this, unless a back-off says longer. */
const RETRY_MS = 10_000

/** Image, create, start. A failure becomes the container's waiting reason; only a missing engine is thrown. */
export async function startContainer(deps: PodDeps, turn: PodTurn, order: StartOrder): Promise<string | undefined> {
  const { pod, memory, observed } = turn
  const { name } = order
  const container = findContainer(pod, name)
  if (!container) return undefined
  try {
    await ensureImage(deps, turn, container)
    if (order.attempt > 0) memory.noteRestart(name, observed, deps.clock.monotonicMs())
    const environment = await containerEnvironment({ ...fileInputs(deps, pod), container: container.spec })
    const spec = containerSpec({
      pod,
      container,
      attempt: order.attempt,
      sandboxId: order.sandboxId,
      environment,
      allocatable: deps.allocatable(pod.spec?.nodeName ?? ''),
    })
    checkNonRoot(pod, container.spec, await deps.runtime.image(spec.image))
    const id = await deps.runtime.createContainer(spec)
    deps.record(pod, 'Normal', 'Created', 'Container created', name)
    await deps.runtime.startContainer(id)
    deps.record(pod, 'Normal', 'Started', 'Container started', name)
    memory.noteStarted(name)
    await postStart(deps, turn, { id, name })
    return id
  } catch (error) {
    noteFailure(deps, turn, name, error)
    return undefined
  }
}

/** A container whose postStart hook failed is killed, and starts again as after any other end. */
async function postStart(deps: PodDeps, turn: PodTurn, started: { id: string; name: string }): Promise<void> {
  try {
    await runPostStart(deps, turn, started)
  } catch (error) {
    if (error instanceof RuntimeError && error.reason === 'EngineUnavailable') throw error
    deps.record(turn.pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', started.name)
    deps.record(turn.pod, 'Normal', 'Killing', 'FailedPostStartHook', started.name)
    await deps.runtime.stopContainer(started.id, (turn.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000)
    throw new StartFailure('PostStartHookError', error instanceof Error ? error.message : String(error))
  }
}

function noteFailure(deps: PodDeps, { pod, memory, signal }: PodTurn, name: string, error: unknown): void {
  if (signal.aborted) return
  if (!(error instanceof RuntimeError || error instanceof StartFailure)) throw error
  const { reason, message } = error
  if (reason === 'EngineUnavailable') throw error
  memory.waiting.set(name, { reason, message })
  deps.record(pod, 'Warning', 'Failed', `Error: ${reason.includes('Image') ? reason : message}`, name)
  if (!memory.pulls.delayMs(findContainer(pod, name)?.spec.image ?? '')) {
    memory.holds.set(name, { untilMs: deps.clock.monotonicMs() + RETRY_MS, reason: 'Retry' })
  }
}
