/**
 * What the kubelet does next for one pod, decided from what is wanted and what the engine holds.
 * - Pure: the same pod, observation and time give the same actions; nothing is remembered here.
 * - Level-based: a plan made at any moment leads to the same pod, so lost events and restarts do no harm.
 * - A dead sandbox takes all containers with it; a finished pod keeps its dead containers for their logs.
 */
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import {
  containersNamed,
  exitCodeOf,
  hasEnded,
  isRunning,
  newestContainer,
  type PodContainer,
  podContainers,
  podSpec,
} from '../pod-containers.ts'
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../pod-runtime.ts'
import type { Action, KillReason } from './action.ts'
import { planInit } from './plan-init.ts'
import { restartsAfterExit, restartsAfterKill } from './restart-policy.ts'

/** What probes have found of one container: undefined while not yet known. */
export interface ProbeOutcome {
  readonly startup?: boolean | undefined
  readonly liveness?: boolean | undefined
  readonly readiness?: boolean | undefined
}

/** Keeps a container from being started before a time. */
export interface Hold {
  readonly untilMs: number
  readonly reason: 'CrashLoopBackOff' | 'ErrImagePull' | 'ImagePullBackOff' | 'Retry'
}

export interface DesiredPod {
  readonly pod: Pod
  /** Set once the pod must end, for whatever reason: the time its containers get. */
  readonly terminate?: { readonly graceMs: number } | undefined
  /** The object is deleted or waits for us to delete it: nothing of it may stay on the engine. */
  readonly remove: boolean
  /** By container id. */
  readonly probes: ReadonlyMap<string, ProbeOutcome>
  /** By container name. */
  readonly holds: ReadonlyMap<string, Hold>
  /** By container name: a hash of what a change of means a new container. */
  readonly hashes: ReadonlyMap<string, string>
}

export function planPod(desired: DesiredPod, observed: ObservedPod | undefined, nowMs: number): Action[] {
  if (desired.terminate) return planEnd(desired.terminate.graceMs, desired.remove, observed)
  const sandbox = observed?.sandboxes[0]
  if (!sandbox || !isRunning(sandbox)) return planSandbox(desired, observed, sandbox, nowMs)

  const plan = new PodPlan(desired, observed, sandbox, nowMs)
  for (const container of podContainers(desired.pod)) {
    if (container.type === 'ephemeral' && !newestContainer(observed, container.spec.name)) plan.start(container)
  }
  const init = planInit(plan)
  if (init === 'failed') return [...plan.actions, { do: 'stop pod', why: 'completed' }]
  if (init === 'done' && !planContainers(plan)) {
    return plan.actions.length > 0 ? plan.actions : [{ do: 'stop pod', why: 'completed' }]
  }
  return [...plan.actions, ...planClean(desired.pod, observed)]
}

function planEnd(graceMs: number, remove: boolean, observed: ObservedPod | undefined): Action[] {
  if (anyRunning(observed)) return [{ do: 'terminate', graceMs }]
  return remove ? [{ do: 'remove pod' }] : []
}

export function anyRunning(observed: ObservedPod | undefined): boolean {
  return observed !== undefined && (observed.sandboxes.some(isRunning) || observed.containers.some(isRunning))
}

/** The pod has no living sandbox: a new one, unless there is nothing left to run in it. */
function planSandbox(
  desired: DesiredPod,
  observed: ObservedPod | undefined,
  dead: ObservedSandbox | undefined,
  nowMs: number,
): Action[] {
  const { pod, holds } = desired
  const stop: Action[] = dead || anyRunning(observed) ? [{ do: 'stop pod', why: 'sandbox changed' }] : []
  const hadContainers = (observed?.containers.length ?? 0) > 0
  if (podSpec(pod).restartPolicy === 'Never' && dead && hadContainers) {
    return anyRunning(observed) ? [{ do: 'stop pod', why: 'completed' }] : []
  }
  const toRun = podSpec(pod).containers.filter((spec) => {
    const last = newestContainer(observed, spec.name)
    return !last || !hasEnded(last) || restartsAfterExit(pod, spec, exitCodeOf(last))
  })
  if (toRun.length === 0) return anyRunning(observed) ? [{ do: 'stop pod', why: 'completed' }] : []
  const hold = holds.get('')
  if (hold && hold.untilMs > nowMs) {
    return [...(anyRunning(observed) ? stop : []), { do: 'hold', name: '', untilMs: hold.untilMs, reason: hold.reason }]
  }
  return [...stop, { do: 'run sandbox', attempt: dead ? dead.attempt + 1 : 0 }]
}

/** Plans the main containers; false when none runs or will. */
function planContainers(plan: PodPlan): boolean {
  const { pod } = plan.desired
  let alive = false
  for (const container of podContainers(pod)) {
    if (container.type !== 'container') continue
    const last = newestContainer(plan.observed, container.spec.name)
    if (last && isRunning(last)) {
      const reason = plan.killReason(container, last)
      if (!reason) {
        alive = true
        continue
      }
      const restart = reason === 'Changed' || restartsAfterKill(pod, container.spec)
      plan.kill(container, last, reason, restart)
      if (restart) alive = true
      continue
    }
    if (last && hasEnded(last) && !restartsAfterExit(pod, container.spec, exitCodeOf(last))) continue
    alive = true
    plan.start(container)
  }
  return alive
}

/** Keeps the newest dead container of each name beside the current one. */
function planClean(pod: Pod, observed: ObservedPod): Action[] {
  return podContainers(pod).flatMap(({ spec }) =>
    containersNamed(observed, spec.name)
      .slice(2)
      .filter((container) => !isRunning(container))
      .map(
        (container): Action => ({
          do: 'remove container',
          name: spec.name,
          id: container.id,
          attempt: container.attempt,
        }),
      ),
  )
}

/** A plan in the making for a pod whose sandbox lives. */
export class PodPlan {
  readonly actions: Action[] = []
  readonly desired: DesiredPod
  readonly observed: ObservedPod
  readonly sandbox: ObservedSandbox
  readonly nowMs: number

  constructor(desired: DesiredPod, observed: ObservedPod, sandbox: ObservedSandbox, nowMs: number) {
    this.desired = desired
    this.observed = observed
    this.sandbox = sandbox
    this.nowMs = nowMs
  }

  start(container: PodContainer): void {
    const { name } = container.spec
    const hold = this.desired.holds.get(name)
    if (hold && hold.untilMs > this.nowMs) {
      this.actions.push({ do: 'hold', name, untilMs: hold.untilMs, reason: hold.reason })
      return
    }
    this.actions.push({ do: 'start', name, type: container.type, attempt: this.#nextAttempt(name) })
  }

  kill(container: PodContainer, running: ObservedContainer, reason: KillReason, restart: boolean): void {
    this.actions.push({ do: 'kill', name: container.spec.name, id: running.id, reason, restart })
  }

  killReason(container: PodContainer, running: ObservedContainer): KillReason | undefined {
    const hash = this.desired.hashes.get(container.spec.name)
    if (hash !== undefined && running.hash !== hash) return 'Changed'
    const probes = this.desired.probes.get(running.id)
    if (probes?.liveness === false) return 'Liveness'
    if (probes?.startup === false) return 'Startup'
    return undefined
  }

  /** One more than the engine or, when containers were removed behind our back, the API remembers. */
  #nextAttempt(name: string): number {
    const last = newestContainer(this.observed, name)
    const { status } = this.desired.pod
    const reported = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
      (candidate) => candidate.name === name && candidate.containerID !== undefined,
    )
    if (!last && !reported) return 0
    return Math.max(last?.attempt ?? 0, reported?.restartCount ?? 0) + 1
  }
}
