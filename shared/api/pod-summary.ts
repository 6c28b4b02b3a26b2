import { podCondition } from './pod-state.ts'
import { parseTimestamp } from './timestamp.ts'
import type { ContainerState, ContainerStatus, Pod } from './types/core-v1.ts'

/** What `kubectl get pods` says of a pod: READY, STATUS and RESTARTS. */
export interface PodSummary {
  readonly ready: number
  readonly containers: number
  /** A phase or reason: "Running", "CrashLoopBackOff", "Init:0/1", "Terminating". */
  readonly status: string
  readonly restarts: number
  /** When a container last ended, in milliseconds since the epoch, where there were restarts. */
  readonly lastRestart: number | undefined
}

interface Count {
  ready: number
  restarts: number
  lastRestart: number | undefined
}

/** Mirrors printPod of Kubernetes' printers: the same words for the same pod. */
export function summarizePod(pod: Pod): PodSummary {
  const sidecars = new Set(
    (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  const containers = (pod.spec?.containers.length ?? 0) + sidecars.size
  const init = initSummary(pod, sidecars)
  let status = init.status ?? baseStatus(pod)
  let count = init.count
  if (init.status === undefined || podCondition(pod, 'Initialized')?.status === 'True') {
    count = { ready: init.count.ready, restarts: init.sidecars.restarts, lastRestart: init.sidecars.lastRestart }
    status = mainStatus(pod, status, count)
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (pod.status?.reason === 'NodeLost') status = 'Unknown'
    else if (pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') status = 'Terminating'
  }
  return { containers, status, ...count }
}

function baseStatus(pod: Pod): string {
  if (podCondition(pod, 'PodScheduled')?.reason === 'SchedulingGated') return 'SchedulingGated'
  return pod.status?.reason || pod.status?.phase || ''
}

function initSummary(pod: Pod, sidecars: ReadonlySet<string>) {
  const count: Count = { ready: 0, restarts: 0, lastRestart: undefined }
  const ofSidecars: Count = { ready: 0, restarts: 0, lastRestart: undefined }
  const statuses = pod.status?.initContainerStatuses ?? []
  for (const [index, container] of statuses.entries()) {
    const isSidecar = sidecars.has(container.name)
    addRestarts(count, container)
    if (isSidecar) addRestarts(ofSidecars, container)
    const { terminated, waiting } = container.state ?? {}
    if (terminated?.exitCode === 0) continue
    if (isSidecar && container.started) {
      if (container.ready) count.ready += 1
      continue
    }
    if (terminated) return { count, sidecars: ofSidecars, status: `Init:${endReason(container.state)}` }
    if (waiting?.reason && waiting.reason !== 'PodInitializing') {
      return { count, sidecars: ofSidecars, status: `Init:${waiting.reason}` }
    }
    const total = pod.spec?.initContainers?.length ?? 0
    return { count, sidecars: ofSidecars, status: `Init:${index}/${total}` }
  }
  return { count, sidecars: ofSidecars, status: undefined }
}

/** The first container's reason wins; `count` takes what ran and restarted. */
function mainStatus(pod: Pod, before: string, count: Count): string {
  let status = before
  let anyRuns = false
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    addRestarts(count, container)
    const { waiting, terminated, running } = container.state ?? {}
    if (waiting?.reason) status = waiting.reason
    else if (terminated) status = endReason(container.state)
    else if (container.ready && running) {
      anyRuns = true
      count.ready += 1
    }
  }
  if (status !== 'Completed' || !anyRuns) return status
  return podCondition(pod, 'Ready')?.status === 'True' ? 'Running' : 'NotReady'
}

function addRestarts(count: Count, container: ContainerStatus): void {
  count.restarts += container.restartCount
  const ended = parseTimestamp(container.lastState?.terminated?.finishedAt)
  if (ended !== undefined) count.lastRestart = Math.max(ended, count.lastRestart ?? ended)
}

function endReason(state: ContainerState | undefined): string {
  const { reason, signal, exitCode } = state?.terminated ?? {}
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)
}
