import { exitCodeOf, hasEnded, isRunning, type PodContainer, podContainers } from '../pod-containers.ts'
import type { ObservedContainer } from '../pod-runtime.ts'
import type { PodPlan } from './plan-pod.ts'
import { restartsAfterExit } from './restart-policy.ts'

/**
 * Plans the init containers: each ordinary one must succeed, each sidecar must have started, before the next begins.
 * `done`: the main containers may run. `failed`: one failed for good, and the pod with it.
 */
export function planInit(plan: PodPlan): 'done' | 'waiting' | 'failed' {
  const { pod } = plan.desired
  const containers = podContainers(pod)
  const initialized = containers.some(
    ({ spec, type }) => type === 'container' && current(plan, spec.name).some((container) => isRunning(container)),
  )
  for (const container of containers) {
    if (container.type !== 'init') continue
    const last = current(plan, container.spec.name)[0]
    const state = container.sidecar
      ? sidecarState(plan, container, last)
      : initState(plan, container, last, initialized)
    if (state === 'failed') return 'failed'
    if (state === 'waiting' && !initialized) return 'waiting'
  }
  return 'done'
}

type InitState = 'passed' | 'waiting' | 'failed'

/** Containers of this sandbox only: what ran in an earlier one must run again. */
function current(plan: PodPlan, name: string): readonly ObservedContainer[] {
  return plan.observed.containers.filter(
    (container) => container.name === name && container.sandboxId === plan.sandbox.id,
  )
}

function initState(
  plan: PodPlan,
  container: PodContainer,
  last: ObservedContainer | undefined,
  initialized: boolean,
): InitState {
  if (initialized) return 'passed'
  if (last && isRunning(last)) return 'waiting'
  if (last && hasEnded(last)) {
    const exitCode = exitCodeOf(last)
    if (exitCode === 0) return 'passed'
    if (!restartsAfterExit(plan.desired.pod, container.spec, exitCode)) return 'failed'
  }
  plan.start(container)
  return 'waiting'
}

function sidecarState(plan: PodPlan, container: PodContainer, last: ObservedContainer | undefined): InitState {
  if (!last || !isRunning(last)) {
    plan.start(container)
    return 'waiting'
  }
  const reason = plan.killReason(container, last)
  if (reason) {
    plan.kill(container, last, reason, true)
    return 'waiting'
  }
  const started = !container.spec.startupProbe || plan.desired.probes.get(last.id)?.startup === true
  return started ? 'passed' : 'waiting'
}
