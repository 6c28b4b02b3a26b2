import { podCondition } from '../../../shared/api/pod-state.ts'
import { type PodSummary, summarizePod } from '../../../shared/api/pod-summary.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import type { ObjectState, Tone } from '../object-state.ts'

const summaries = new WeakMap<Pod, PodSummary>()

/** The summary of a pod, computed once per version of it. */
export function podSummary(pod: Pod): PodSummary {
  let summary = summaries.get(pod)
  if (summary === undefined) {
    summary = summarizePod(pod)
    summaries.set(pod, summary)
  }
  return summary
}

const PROGRESS = new Set(['Pending', 'ContainerCreating', 'PodInitializing'])
const DONE = new Set(['Completed', 'Succeeded'])
const IDLE = new Set(['Terminating', 'SchedulingGated'])
const WARNING = new Set(['NotReady', 'Unknown'])

export function podState(pod: Pod): ObjectState {
  const { status, ready, containers } = podSummary(pod)
  return { word: status, tone: tone(pod, status, ready === containers) }
}

function tone(pod: Pod, status: string, allReady: boolean): Tone {
  if (status === 'Running') return allReady ? 'good' : 'warning'
  if (DONE.has(status)) return 'done'
  if (IDLE.has(status)) return 'idle'
  if (WARNING.has(status)) return 'warning'
  if (status === 'Pending' && podCondition(pod, 'PodScheduled')?.reason === 'Unschedulable') return 'warning'
  if (PROGRESS.has(status) || /^Init:\d+\/\d+$/.test(status)) return 'progress'
  return 'bad'
}

/** What may be done with a pod now. */
export const podCan = {
  exec: (pod: Pod) => pod.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined,
  logs: (pod: Pod) => (pod.status?.containerStatuses?.length ?? 0) > 0,
} as const

/** The container that logs and shell open first: kubectl's default-container annotation, else the first. */
export function defaultContainer(pod: Pod): string {
  const chosen = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container']
  const names = containerNames(pod)
  return chosen !== undefined && names.includes(chosen) ? chosen : (pod.spec?.containers[0]?.name ?? '')
}

/** All containers that may have a log, those of the app first. */
export function containerNames(pod: Pod): string[] {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {}
  return [...containers, ...initContainers, ...ephemeralContainers].map(({ name }) => name)
}
