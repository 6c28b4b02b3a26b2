import type { ContainerStatus, Pod } from '../../../../../shared/api/types/core-v1.ts'
import { ageOf, type Cells, NONE, nameOf } from './cell-text.ts'
import { humanDuration } from './human-duration.ts'

interface Progress {
  ready: number
  restarts: number
  lastRestart: number
  reason: string
}

/** printPod: STATUS is the most telling reason of the pod or its containers, not only the phase. */
export const podCells: Cells<Pod> = (pod, now) => {
  const { spec, status } = pod
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  const total = (spec?.containers?.length ?? 0) + sidecars.size
  const progress: Progress = { ready: 0, restarts: 0, lastRestart: 0, reason: status?.reason || status?.phase || '' }
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.reason === 'SchedulingGated') progress.reason = 'SchedulingGated'
  const restarts = { all: 0, last: 0 }
  const initializing = readInit(pod, sidecars, progress, restarts)
  if (!initializing || isInitialized(pod)) readContainers(pod, progress, restarts)
  if (pod.metadata.deletionTimestamp && status?.reason === 'NodeLost') progress.reason = 'Unknown'
  else if (pod.metadata.deletionTimestamp && !isEnded(status?.phase)) progress.reason = 'Terminating'
  const ago = progress.lastRestart > 0 ? ` (${humanDuration(now - progress.lastRestart)} ago)` : ''
  const { text: gates } = readinessGates(pod)
  return [
    nameOf(pod),
    `${progress.ready}/${total}`,
    progress.reason,
    `${progress.restarts}${progress.restarts > 0 ? ago : ''}`,
    ageOf(pod, now),
    status?.podIPs?.[0]?.ip || status?.podIP || NONE,
    spec?.nodeName || NONE,
    status?.nominatedNodeName || NONE,
    gates,
  ]
}

function isEnded(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

function isInitialized(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Initialized' && status === 'True') ?? false
}

function finishedAt(status: ContainerStatus): number {
  const time = status.lastState?.terminated?.finishedAt
  return time ? Date.parse(time) : 0
}

/** True while an init container holds the pod up. */
function readInit(
  { spec, status }: Pod,
  sidecars: ReadonlySet<string>,
  progress: Progress,
  restarts: { all: number; last: number },
): boolean {
  const names = spec?.initContainers ?? []
  for (const [at, container] of (status?.initContainerStatuses ?? []).entries()) {
    progress.restarts += container.restartCount ?? 0
    progress.lastRestart = Math.max(progress.lastRestart, finishedAt(container))
    const { terminated, waiting } = container.state ?? {}
    if (sidecars.has(container.name)) {
      restarts.all += container.restartCount ?? 0
      restarts.last = Math.max(restarts.last, finishedAt(container))
    }
    if (terminated?.exitCode === 0) continue
    if (sidecars.has(container.name) && container.started) {
      if (container.ready) progress.ready++
      continue
    }
    if (terminated) {
      const code = terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
      progress.reason = `Init:${terminated.reason || code}`
    } else if (waiting?.reason && waiting.reason !== 'PodInitializing') progress.reason = `Init:${waiting.reason}`
    else progress.reason = `Init:${at}/${names.length}`
    return true
  }
  return false
}

function readContainers({ status }: Pod, progress: Progress, restarts: { all: number; last: number }): void {
  progress.restarts = restarts.all
  progress.lastRestart = restarts.last
  let hasRunning = false
  for (const container of [...(status?.containerStatuses ?? [])].reverse()) {
    progress.restarts += container.restartCount ?? 0
    progress.lastRestart = Math.max(progress.lastRestart, finishedAt(container))
    const { terminated, waiting, running } = container.state ?? {}
    if (waiting?.reason) progress.reason = waiting.reason
    else if (terminated?.reason) progress.reason = terminated.reason
    else if (terminated) {
      progress.reason = terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
    } else if (container.ready && running) {
      hasRunning = true
      progress.ready++
    }
  }
  if (progress.reason !== 'Completed' || !hasRunning) return
  const ready = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True')
  progress.reason = ready ? 'Running' : 'NotReady'
}

function readinessGates({ spec, status }: Pod): { text: string } {
  const gates = spec?.readinessGates ?? []
  if (gates.length === 0) return { text: NONE }
  const passed = gates.filter(({ conditionType }) =>
    status?.conditions?.some(({ type, status: value }) => type === conditionType && value === 'True'),
  )
  return { text: `${passed.length}/${gates.length}` }
}
