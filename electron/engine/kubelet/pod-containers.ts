import type { Container, EphemeralContainer, Pod } from '../../../shared/api/types/core-v1.ts'
import type { ObservedContainer, ObservedPod } from './pod-runtime.ts'

export type ContainerType = ObservedContainer['type']

/** A container of a pod's spec with its role. */
export interface PodContainer {
  readonly spec: Container
  readonly type: ContainerType
  /** An init container that keeps running beside the others (restartPolicy Always). */
  readonly sidecar: boolean
}

export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

/** All containers of a pod: init containers, containers, ephemeral containers, each in the order of the spec. */
export function podContainers(pod: Pod): PodContainer[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = podSpec(pod)
  return [
    ...initContainers.map((spec): PodContainer => ({ spec, type: 'init', sidecar: isSidecar(spec) })),
    ...containers.map((spec): PodContainer => ({ spec, type: 'container', sidecar: false })),
    ...ephemeralContainers.map(
      (spec: EphemeralContainer): PodContainer => ({ spec, type: 'ephemeral', sidecar: false }),
    ),
  ]
}

export function findContainer(pod: Pod, name: string): PodContainer | undefined {
  return podContainers(pod).find((container) => container.spec.name === name)
}

/** `spec.containers{app}`: how events point to a container. */
export function containerFieldPath(container: PodContainer): string {
  const list = { init: 'initContainers', container: 'containers', ephemeral: 'ephemeralContainers' }[container.type]
  return `spec.${list}{${container.spec.name}}`
}

export function podSpec(pod: Pod): NonNullable<Pod['spec']> {
  return pod.spec ?? { containers: [] }
}

/** Containers of one name, newest first. */
export function containersNamed(observed: ObservedPod | undefined, name: string): readonly ObservedContainer[] {
  return observed?.containers.filter((container) => container.name === name) ?? []
}

export function newestContainer(observed: ObservedPod | undefined, name: string): ObservedContainer | undefined {
  return observed?.containers.find((container) => container.name === name)
}

export function isRunning(container: { readonly state: ObservedContainer['state'] } | undefined): boolean {
  return container?.state === 'running' || container?.state === 'paused'
}

/** A container that will never run again: it ended, or the engine could not start it. */
export function hasEnded(container: ObservedContainer): boolean {
  return container.state === 'exited' || (container.state === 'created' && container.error !== undefined)
}

/** The exit code that Kubernetes shows: a failed start counts as 128 where the engine gave none. */
export function exitCodeOf(container: ObservedContainer): number {
  if (container.state === 'created') return container.exitCode || 128
  return container.exitCode ?? 0
}
