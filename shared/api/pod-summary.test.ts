import { describe, expect, test } from 'vitest'
import { summarizePod } from './pod-summary.ts'
import type { ContainerState, ContainerStatus, Pod } from './types/core-v1.ts'

interface Options {
  readonly phase?: string
  readonly init?: readonly Partial<ContainerStatus>[]
  readonly sidecars?: number
  readonly status?: object
  readonly deleted?: boolean
}

function pod(states: readonly (ContainerState & Partial<ContainerStatus>)[], options: Options = {}): Pod {
  const { phase = 'Running', init = [], sidecars = 0, status, deleted } = options
  const toStatus = (
    name: string,
    { waiting, running, terminated, ...rest }: ContainerState & Partial<ContainerStatus>,
  ) => ({
    name,
    image: '',
    imageID: '',
    ready: running !== undefined,
    restartCount: 0,
    state: { waiting, running, terminated },
    ...rest,
  })
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: {
      containers: states.map((_, index) => ({ name: `c${index}` })),
      initContainers: init.map((_, index) => ({
        name: `i${index}`,
        ...(index < sidecars ? { restartPolicy: 'Always' } : {}),
      })),
    },
    status: {
      phase,
      containerStatuses: states.map((state, index) => toStatus(`c${index}`, state)),
      initContainerStatuses: init.map((one, index) => toStatus(`i${index}`, one as ContainerStatus)),
      ...status,
    },
  } as Pod
}

/** "1/2 Running 3". */
function line(of: Pod): string {
  const { ready, containers, status, restarts } = summarizePod(of)
  return `${ready}/${containers} ${status} ${restarts}`
}

const running = { running: { startedAt: '2026-01-01T00:00:00Z' } }
const crashed = { terminated: { exitCode: 1, reason: 'Error' } }
const ready = { conditions: [{ type: 'Ready', status: 'True' }] }

describe('what kubectl get pods says', () => {
  test.each([
    ['1/1 Running 0', pod([running])],
    ['0/1 Pending 0', pod([{}], { phase: 'Pending' })],
    ['0/1 ContainerCreating 0', pod([{ waiting: { reason: 'ContainerCreating' } }], { phase: 'Pending' })],
    ['1/2 CrashLoopBackOff 4', pod([{ waiting: { reason: 'CrashLoopBackOff' }, restartCount: 4 }, running])],
    ['0/1 Error 0', pod([crashed], { phase: 'Failed' })],
    ['0/1 ExitCode:3 0', pod([{ terminated: { exitCode: 3 } }], { phase: 'Failed' })],
    ['0/1 Signal:9 0', pod([{ terminated: { exitCode: 137, signal: 9 } }], { phase: 'Failed' })],
    ['0/1 Evicted 0', pod([{}], { phase: 'Failed', status: { reason: 'Evicted' } })],
    ['1/1 Terminating 0', pod([running], { deleted: true })],
    [
      '0/1 Completed 0',
      pod([{ terminated: { exitCode: 0, reason: 'Completed' } }], { phase: 'Succeeded', deleted: true }),
    ],
    ['1/1 Unknown 0', pod([running], { deleted: true, status: { reason: 'NodeLost' } })],
    ['1/2 Running 0', pod([{ terminated: { exitCode: 0, reason: 'Completed' } }, running], { status: ready })],
    ['1/2 NotReady 0', pod([{ terminated: { exitCode: 0, reason: 'Completed' } }, running])],
  ])('%s', (expected, of) => expect(line(of)).toBe(expected))

  test.each([
    ['0/1 Init:0/2 0', [{}, {}], 0],
    ['0/1 Init:1/2 0', [{ state: { terminated: { exitCode: 0 } } }, {}], 0],
    ['0/1 Init:Error 2', [{ state: crashed, restartCount: 2 }, {}], 0],
    ['0/1 Init:ErrImagePull 0', [{ state: { waiting: { reason: 'ErrImagePull' } } }], 0],
    ['1/2 Init:1/2 1', [{ state: running, started: true, ready: true, restartCount: 1 }, {}], 1],
  ])('%s while init containers run', (expected, init, sidecars) => {
    expect(line(pod([{ waiting: { reason: 'PodInitializing' } }], { phase: 'Pending', init, sidecars }))).toBe(expected)
  })

  test('counts restarts of sidecars but not of finished init containers', () => {
    const init = [
      { state: running, started: true, ready: true, restartCount: 2 },
      { state: { terminated: { exitCode: 0 } }, restartCount: 5 },
    ]
    expect(line(pod([{ ...running, restartCount: 1 }], { init, sidecars: 1 }))).toBe('2/2 Running 3')
  })

  test('tells when a container ended last', () => {
    const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:10Z' } }
    expect(summarizePod(pod([{ ...running, restartCount: 1, lastState }])).lastRestart).toBe(
      Date.UTC(2026, 0, 1, 0, 0, 10),
    )
  })
})
