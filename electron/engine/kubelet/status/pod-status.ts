import { isDeepStrictEqual } from 'node:util'
import type { ContainerStatus, Pod, PodStatus } from '../../../../shared/api/types/core-v1.ts'
import { isRunning, isSidecar, podContainers, podSpec } from '../pod-containers.ts'
import { containerStatus, type StatusFacts } from './container-status.ts'
import { KUBELET_CONDITIONS, podConditions } from './pod-conditions.ts'
import { podPhase } from './pod-phase.ts'

export interface PodStatusFacts extends StatusFacts {
  /** The status that was last computed, or the API's. */
  readonly before: PodStatus
  /** The pod will never run again: nothing of it is left running. */
  readonly isTerminal: boolean
  /** Why the kubelet itself failed the pod: deadline, admission, eviction. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined
  readonly hostIP: string | undefined
  readonly podIP: string | undefined
  readonly now: string
}

/** The whole status of a pod, as the kubelet reports it. Conditions of others are kept. */
export function podStatus(facts: PodStatusFacts): PodStatus {
  const { pod, before } = facts
  const containers = podContainers(pod)
  const statuses = new Map<string, ContainerStatus>()
  for (const container of containers)
    statuses.set(container.spec.name, containerStatus(facts, container, old(before, container.spec.name)))
  const listed = (type: string) =>
    containers
      .filter((container) => container.type === type)
      .map(({ spec }) => statuses.get(spec.name) as ContainerStatus)

  const phase = phaseOf(facts, statuses)
  finishInit(pod, statuses, phase)
  const kept = phase === before.phase ? before : undefined
  const reason = facts.failure?.reason ?? kept?.reason
  const message = facts.failure?.message ?? kept?.message
  const foreign = (pod.status?.conditions ?? []).filter(({ type }) => !KUBELET_CONDITIONS.has(type))
  const sandbox = facts.observed?.sandboxes[0]
  const conditions = podConditions(
    { pod, phase, statuses, sandboxReady: isRunning(sandbox), foreign },
    before.conditions ?? [],
    facts.now,
  )
  const podIP = podSpec(pod).hostNetwork ? facts.hostIP : (sandbox?.podIP ?? facts.podIP)
  const showIP = podIP !== undefined && (sandbox !== undefined || before.podIP !== undefined)
  const qosClass = before.qosClass ?? pod.status?.qosClass
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: [...foreign, ...conditions],
    ...(message ? { message } : {}),
    ...(reason ? { reason } : {}),
    ...(pod.status?.nominatedNodeName ? { nominatedNodeName: pod.status.nominatedNodeName } : {}),
    ...(facts.hostIP ? { hostIP: facts.hostIP, hostIPs: [{ ip: facts.hostIP }] } : {}),
    ...(showIP ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    startTime: before.startTime ?? facts.now,
    ...(listed('init').length > 0 ? { initContainerStatuses: listed('init') } : {}),
    containerStatuses: listed('container').sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(qosClass ? { qosClass } : {}),
    ...(listed('ephemeral').length > 0 ? { ephemeralContainerStatuses: listed('ephemeral') } : {}),
    ...(before.resourceClaimStatuses ? { resourceClaimStatuses: before.resourceClaimStatuses } : {}),
  }
}

function old(before: PodStatus, name: string): ContainerStatus | undefined {
  return [
    ...(before.initContainerStatuses ?? []),
    ...(before.containerStatuses ?? []),
    ...(before.ephemeralContainerStatuses ?? []),
  ].find((status) => status.name === name)
}

/** A terminal phase is final. */
function phaseOf(facts: PodStatusFacts, statuses: ReadonlyMap<string, ContainerStatus>): string {
  for (const known of [facts.pod.status?.phase, facts.before.phase]) {
    if (known === 'Failed' || known === 'Succeeded') return known
  }
  if (facts.failure) return 'Failed'
  const hasInitialized = podSpec(facts.pod).containers.some(({ name }) => {
    const status = statuses.get(name)
    return status?.state?.running !== undefined || status?.state?.terminated !== undefined
  })
  return podPhase(facts.pod, statuses, { isTerminal: facts.isTerminal, hasInitialized })
}

/** Where main containers have run, ordinary init containers are done, even if their containers were removed. */
function finishInit(pod: Pod, statuses: Map<string, ContainerStatus>, phase: string): void {
  const { initContainers = [], containers } = podSpec(pod)
  const mainRuns = containers.some(({ name }) => statuses.get(name)?.state?.running !== undefined)
  if (!mainRuns && phase !== 'Succeeded') return
  for (const container of initContainers) {
    const status = statuses.get(container.name)
    if (isSidecar(container) || !status || status.ready) continue
    statuses.set(container.name, { ...status, ready: true })
  }
}

export function sameStatus(a: PodStatus | undefined, b: PodStatus): boolean {
  return a !== undefined && isDeepStrictEqual(a, b)
}
