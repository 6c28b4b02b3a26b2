import type { ContainerStatus, Pod, PodCondition } from '../../../../shared/api/types/core-v1.ts'
import { isSidecar, podSpec } from '../pod-containers.ts'

export interface ConditionFacts {
  readonly pod: Pod
  readonly phase: string
  /** By name: init containers and containers. */
  readonly statuses: ReadonlyMap<string, ContainerStatus>
  readonly sandboxReady: boolean
  /** Conditions of others, which readiness gates may ask for. */
  readonly foreign: readonly PodCondition[]
}

type Finding = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>

export const KUBELET_CONDITIONS: ReadonlySet<string> = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
])

/** The conditions that a kubelet owns, in its order, with transition times kept while the status stays. */
export function podConditions(facts: ConditionFacts, before: readonly PodCondition[], now: string): PodCondition[] {
  const containersReady = containersReadyCondition(facts)
  const findings: Finding[] = [
    { type: 'PodReadyToStartContainers', status: facts.sandboxReady ? 'True' : 'False' },
    initializedCondition(facts),
    readyCondition(facts, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ]
  const generation = facts.pod.metadata.generation
  return findings.map((finding) => {
    const old = before.find((condition) => condition.type === finding.type)
    const since = old?.status === finding.status ? old.lastTransitionTime : undefined
    return {
      ...finding,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: since ?? now,
    }
  })
}

function containersReadyCondition({ pod, phase, statuses }: ConditionFacts): Finding {
  const type = 'ContainersReady'
  const spec = podSpec(pod)
  const names = [...(spec.initContainers ?? []).filter(isSidecar), ...spec.containers].map(({ name }) => name)
  const unknown = names.filter((name) => !statuses.has(name))
  const unready = names.filter((name) => statuses.get(name)?.ready === false)
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'False', reason: 'PodCompleted' }
  const message = [
    ...(unknown.length > 0 ? [`containers with unknown status: [${unknown.join(' ')}]`] : []),
    ...(unready.length > 0 ? [`containers with unready status: [${unready.join(' ')}]`] : []),
  ].join(', ')
  return message ? { type, status: 'False', reason: 'ContainersNotReady', message } : { type, status: 'True' }
}

function readyCondition({ pod, foreign }: ConditionFacts, containersReady: Finding): Finding {
  const type = 'Ready'
  if (containersReady.status !== 'True') return { ...containersReady, type }
  const messages = (podSpec(pod).readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = foreign.find((condition) => condition.type === conditionType)
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    if (gate.status === 'True') return []
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`]
  })
  if (messages.length === 0) return { type, status: 'True' }
  return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
}

function initializedCondition({ pod, phase, statuses }: ConditionFacts): Finding {
  const type = 'Initialized'
  const { initContainers = [], containers } = podSpec(pod)
  const unknown = initContainers.filter(({ name }) => !statuses.has(name)).map(({ name }) => name)
  const incomplete = initContainers
    .filter((container) => {
      const status = statuses.get(container.name)
      return status !== undefined && !(isSidecar(container) ? status.started : status.ready)
    })
    .map(({ name }) => name)
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'True', reason: 'PodCompleted' }
  if (containers.some(({ name }) => hasStarted(statuses.get(name)))) return { type, status: 'True' }
  const message = [
    ...(unknown.length > 0 ? [`containers with unknown status: [${unknown.join(' ')}]`] : []),
    ...(incomplete.length > 0 ? [`containers with incomplete status: [${incomplete.join(' ')}]`] : []),
  ].join(', ')
  return message ? { type, status: 'False', reason: 'ContainersNotInitialized', message } : { type, status: 'True' }
}

function hasStarted(status: ContainerStatus | undefined): boolean {
  return Boolean(status?.state?.running ?? status?.state?.terminated ?? status?.lastState?.terminated)
}
