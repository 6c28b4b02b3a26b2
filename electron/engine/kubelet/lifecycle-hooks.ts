import type { LifecycleHandler } from '../../../shared/api/types/core-v1.ts'
import { delay } from '../../../shared/lang/clock.ts'
import { findContainer } from './pod-containers.ts'
import { fileInputs, type PodDeps, type PodTurn } from './pod-context.ts'
import { runCommand } from './probes/exec-probe.ts'
import { httpGet } from './probes/http-probe.ts'
import { probeUrl, withTimeout } from './probes/probe-target.ts'

/** postStart has no limit of its own in Kubernetes; this only keeps a hanging hook from living for ever. */
const POST_START_LIMIT_MS = 24 * 3_600_000

/** Runs a container's preStop hook within its grace; a failure is only told, the container stops anyway. */
export async function runPreStop(deps: PodDeps, turn: PodTurn, running: { id: string; name: string }, graceMs: number) {
  const handler = findContainer(turn.pod, running.name)?.spec.lifecycle?.preStop
  if (!handler) return
  try {
    await runHook(deps, turn, handler, running, graceMs)
  } catch (error) {
    deps.logger.debug({ err: error, container: running.name }, 'preStop hook failed')
    deps.record(turn.pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', running.name)
  }
}

/** Runs a container's postStart hook; rejects when it failed, and then the container must be killed. */
export async function runPostStart(deps: PodDeps, turn: PodTurn, running: { id: string; name: string }): Promise<void> {
  const handler = findContainer(turn.pod, running.name)?.spec.lifecycle?.postStart
  if (handler) await runHook(deps, turn, handler, running, POST_START_LIMIT_MS)
}

async function runHook(
  deps: PodDeps,
  { pod }: PodTurn,
  handler: LifecycleHandler,
  running: { id: string; name: string },
  limitMs: number,
): Promise<void> {
  const { exec, httpGet: get, sleep } = handler
  if (sleep) return await delay(deps.clock, Math.min(sleep.seconds * 1000, limitMs))
  if (exec) {
    const { exitCode, output } = await runCommand(deps, running.id, exec.command ?? [], limitMs)
    if (exitCode !== 0) throw new Error(`command '${exec.command?.join(' ')}' exited with ${exitCode}: ${output}`)
  }
  const container = findContainer(pod, running.name)?.spec
  if (!get || !container) return
  const { podIP } = fileInputs(deps, pod).addresses
  const url = probeUrl(get, { container, containerId: running.id, podIP })
  if (!url) throw new Error(`invalid port number: ${get.port}`)
  await withTimeout(deps.clock, limitMs, (signal) => httpGet(deps, get, url, signal))
}
