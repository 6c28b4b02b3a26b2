import type { ContainerStatus, Pod } from '../../../../shared/api/types/core-v1.ts'
import { restartsAfterExit } from '../plan/restart-policy.ts'
import { isSidecar, type PodContainer, podContainers } from '../pod-containers.ts'

interface Counts {
  pendingInit: number
  pendingSidecars: number
  failedForGood: number
  unknown: number
  running: number
  waiting: number
  stopped: number
  stoppedForGood: number
  succeeded: number
}

/**
 * The pod's phase from its containers' states, as the kubelet counts them: Pending until every container was started
 * once, Running while one runs or will run again, then Succeeded or Failed.
 */
export function podPhase(
  pod: Pod,
  statuses: ReadonlyMap<string, ContainerStatus>,
  facts: { readonly isTerminal: boolean; readonly hasInitialized: boolean },
): string {
  const counts: Counts = {
    pendingInit: 0,
    pendingSidecars: 0,
    failedForGood: 0,
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    stoppedForGood: 0,
    succeeded: 0,
  }
  for (const container of podContainers(pod)) {
    const status = statuses.get(container.spec.name)
    if (container.type === 'init' && isSidecar(container.spec)) countSidecar(counts, status)
    else if (container.type === 'init') countInit(counts, pod, container, status)
    else if (container.type === 'container') countMain(counts, pod, container, status)
  }
  if (counts.failedForGood > 0) return 'Failed'
  if (counts.pendingInit > 0 || (counts.pendingSidecars > 0 && !facts.hasInitialized)) return 'Pending'
  if (counts.waiting > 0) return 'Pending'
  if (counts.unknown > 0) return 'Pending'
  if (counts.running > 0) return 'Running'
  if (counts.stopped === 0) return 'Pending'
  if (!facts.isTerminal && counts.stopped !== counts.stoppedForGood) return 'Running'
  return counts.stopped === counts.succeeded ? 'Succeeded' : 'Failed'
}

function countInit(counts: Counts, pod: Pod, { spec }: PodContainer, status: ContainerStatus | undefined): void {
  const ended = status?.state?.terminated ?? (status?.state?.waiting && status.lastState?.terminated)
  if (!ended) counts.pendingInit += 1
  else if (ended.exitCode !== 0 && !restartsAfterExit(pod, spec, ended.exitCode)) counts.failedForGood += 1
}

function countSidecar(counts: Counts, status: ContainerStatus | undefined): void {
  if (status?.state?.running) {
    if (!status.started) counts.pendingSidecars += 1
    counts.running += 1
  } else if (status?.state?.waiting && !status.lastState?.terminated) {
    counts.pendingSidecars += 1
    counts.waiting += 1
  } else if (!status?.state?.terminated && !status?.state?.waiting) {
    counts.pendingSidecars += 1
    counts.unknown += 1
  }
}

function countMain(counts: Counts, pod: Pod, { spec }: PodContainer, status: ContainerStatus | undefined): void {
  const { state, lastState } = status ?? {}
  const ended = state?.terminated ?? (state?.waiting && lastState?.terminated)
  if (state?.running) counts.running += 1
  else if (ended) {
    counts.stopped += 1
    if (!restartsAfterExit(pod, spec, ended.exitCode)) counts.stoppedForGood += 1
    if (state?.terminated?.exitCode === 0) counts.succeeded += 1
  } else if (state?.waiting) counts.waiting += 1
  else counts.unknown += 1
}
