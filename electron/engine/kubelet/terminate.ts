import type { Clock } from '../../../shared/lang/clock.ts'
import { runPreStop } from './lifecycle-hooks.ts'
import { isRunning, type PodContainer, podContainers } from './pod-containers.ts'
import type { PodDeps, PodTurn } from './pod-context.ts'
import type { ObservedContainer } from './pod-runtime.ts'

/** Containers get at least this long, so that few are killed without need. */
export const MIN_GRACE_MS = 2000

/**
 * Stops what runs of a pod within `graceMs`: the main containers together, then the sidecars in reverse order.
 * preStop hooks take their time from the same grace.
 */
export async function stopContainers(deps: PodDeps, turn: PodTurn, graceMs: number): Promise<void> {
  const deadline = deps.clock.monotonicMs() + graceMs
  const declared = new Map(podContainers(turn.pod).map((container) => [container.spec.name, container]))
  const running = (turn.observed?.containers ?? []).filter(isRunning)
  const sidecars = running.filter(({ name }) => declared.get(name)?.sidecar)
  const stop = (container: ObservedContainer, hooks: Promise<void>) =>
    stopOne(deps, { turn, container, deadline, ready: hooks })

  for (const { name } of running) deps.record(turn.pod, 'Normal', 'Killing', `Stopping container ${name}`, name)
  const hookOf = (container: ObservedContainer) =>
    graceMs > 0 && hasPreStop(declared.get(container.name))
      ? runPreStop(deps, turn, container, graceMs)
      : Promise.resolve()
  const sidecarHooks = new Map(sidecars.map((container) => [container.id, hookOf(container)]))
  await Promise.all(
    running.filter((container) => !sidecars.includes(container)).map((container) => stop(container, hookOf(container))),
  )
  const order = podContainers(turn.pod).map(({ spec }) => spec.name)
  const reversed = sidecars.toSorted((a, b) => order.indexOf(b.name) - order.indexOf(a.name))
  for (const container of reversed) await stop(container, sidecarHooks.get(container.id) ?? Promise.resolve())
}

interface StopOne {
  readonly turn: PodTurn
  readonly container: ObservedContainer
  readonly deadline: number
  readonly ready: Promise<void>
}

async function stopOne(deps: PodDeps, { container, deadline, ready }: StopOne): Promise<void> {
  await ready
  await deps.runtime.stopContainer(container.id, remainingMs(deps.clock, deadline))
}

function remainingMs(clock: Clock, deadline: number): number {
  return Math.max(MIN_GRACE_MS, deadline - clock.monotonicMs())
}

function hasPreStop(container: PodContainer | undefined): boolean {
  return container?.spec.lifecycle?.preStop !== undefined
}
