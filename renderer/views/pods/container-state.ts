import type { ContainerStateTerminated, ContainerStatus } from '../../../shared/api/types/core-v1.ts'
import type { ObjectState } from '../object-state.ts'

const PROGRESS = new Set(['ContainerCreating', 'PodInitializing'])

export function containerState(status: ContainerStatus | undefined): ObjectState {
  const { waiting, running, terminated } = status?.state ?? {}
  if (running !== undefined) {
    return status?.ready ? { word: 'Running', tone: 'good' } : { word: 'Running, not ready', tone: 'warning' }
  }
  if (terminated !== undefined) {
    const word = terminated.reason || `ExitCode:${terminated.exitCode}`
    return { word, tone: terminated.exitCode === 0 ? 'done' : 'bad' }
  }
  const word = waiting?.reason ?? 'Waiting'
  return { word, tone: waiting?.reason === undefined || PROGRESS.has(waiting.reason) ? 'progress' : 'bad' }
}

/** How it ended last before the present run. */
export function lastEnd(status: ContainerStatus | undefined): ContainerStateTerminated | undefined {
  return status?.lastState?.terminated
}
