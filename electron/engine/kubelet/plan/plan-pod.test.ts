import { describe, expect, test } from 'vitest'
import type { Container, Pod, PodSpec } from '../../../../shared/api/types/core-v1.ts'
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../pod-runtime.ts'
import { describeAction } from './action.ts'
import { type DesiredPod, planPod } from './plan-pod.ts'

const NOW = 100_000

function pod(spec: Partial<PodSpec>): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', uid: 'u1' },
    spec: { containers: [container('app')], ...spec },
  }
}

function container(name: string, over: Partial<Container> = {}): Container {
  return { name, image: `${name}:1`, ...over }
}

function box(attempt = 0, state: ObservedSandbox['state'] = 'running'): ObservedSandbox {
  return { id: `box${attempt}`, attempt, state, podIP: '10.0.0.1', createdAt: '' }
}

/** "app 0 running", "app 0 exited 1": a container of sandbox 0 in words. */
function saw(words: string, over: Partial<ObservedContainer> = {}): ObservedContainer {
  const [name = '', attempt, state, exitCode] = words.split(' ')
  return {
    id: `${name}-${attempt}`,
    name,
    type: 'container',
    attempt: Number(attempt),
    hash: 'h',
    sandboxId: 'box0',
    image: `${name}:1`,
    imageId: '',
    state: state as ObservedContainer['state'],
    createdAt: '',
    startedAt: '',
    finishedAt: undefined,
    exitCode: exitCode === undefined ? undefined : Number(exitCode),
    oomKilled: false,
    error: undefined,
    ...over,
  }
}

function observe(sandboxes: ObservedSandbox[], ...containers: ObservedContainer[]): ObservedPod {
  return { uid: 'u1', namespace: 'default', name: 'web', node: 'n', sandboxes, containers }
}

function plan(desired: Partial<DesiredPod> & { pod: Pod }, observed?: ObservedPod): string[] {
  const none = { remove: false, probes: new Map(), holds: new Map(), hashes: new Map() }
  return planPod({ ...none, ...desired }, observed, NOW).map(describeAction)
}

describe('start', () => {
  test('a new pod gets its sandbox first, then its containers', () => {
    expect(plan({ pod: pod({}) })).toEqual(['run sandbox 0'])
    const both = pod({ containers: [container('app'), container('log')] })
    expect(plan({ pod: both }, observe([box()]))).toEqual(['start container app 0', 'start container log 0'])
    expect(plan({ pod: both }, observe([box()], saw('app 0 running'), saw('log 0 running')))).toEqual([])
  })

  test('a sandbox that failed waits for its back-off', () => {
    const holds = new Map([['', { untilMs: NOW + 500, reason: 'Retry' as const }]])
    expect(plan({ pod: pod({}), holds })).toEqual(['hold : Retry until 100.5s'])
  })
})

describe('restart policy', () => {
  const ended = (exitCode: number) => observe([box()], saw(`app 0 exited ${exitCode}`))
  test.each([
    ['Always', 0, ['start container app 1']],
    ['Always', 1, ['start container app 1']],
    ['OnFailure', 1, ['start container app 1']],
    ['OnFailure', 0, ['stop pod: completed']],
    ['Never', 1, ['stop pod: completed']],
  ])('%s after exit code %i', (restartPolicy, exitCode, expected) => {
    expect(plan({ pod: pod({ restartPolicy }) }, ended(exitCode))).toEqual(expected)
  })

  test('rules of a container come before the policy', () => {
    const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }]
    const spec = { containers: [container('app', { restartPolicy: 'Never', restartPolicyRules: rules })] }
    expect(plan({ pod: pod(spec) }, ended(42))).toEqual(['start container app 1'])
    expect(plan({ pod: pod(spec) }, ended(1))).toEqual(['stop pod: completed'])
  })

  test('a crashing container is held, its neighbours are not', () => {
    const holds = new Map([['app', { untilMs: NOW + 10_000, reason: 'CrashLoopBackOff' as const }]])
    const both = pod({ containers: [container('app'), container('log')] })
    expect(plan({ pod: both, holds }, observe([box()], saw('app 1 exited 1')))).toEqual([
      'hold app: CrashLoopBackOff until 110s',
      'start container log 0',
    ])
  })

  test('only the newest dead container is kept beside the current one', () => {
    const observed = observe([box()], saw('app 3 running'), saw('app 2 exited 1'), saw('app 1 exited 1'))
    expect(plan({ pod: pod({}) }, observed)).toEqual(['remove app 1'])
  })
})

describe('probes and changes', () => {
  test('a failed liveness probe kills the container, and restarts it where the policy says so', () => {
    const probes = new Map([['app-0', { liveness: false }]])
    const observed = observe([box()], saw('app 0 running'))
    expect(plan({ pod: pod({}), probes }, observed)).toEqual(['kill app: Liveness, restart'])
    expect(plan({ pod: pod({ restartPolicy: 'Never' }), probes }, observed)).toEqual(['kill app: Liveness'])
  })

  test('another image means another container', () => {
    const hashes = new Map([['app', 'other']])
    expect(plan({ pod: pod({}), hashes }, observe([box()], saw('app 0 running')))).toEqual([
      'kill app: Changed, restart',
    ])
  })
})

describe('init containers and sidecars', () => {
  const withInit = pod({
    initContainers: [container('one'), container('mesh', { restartPolicy: 'Always' }), container('two')],
  })
  const init = (words: string) => saw(words, { type: 'init' })

  test('run one after the other, sidecars beside the rest', () => {
    expect(plan({ pod: withInit }, observe([box()]))).toEqual(['start init one 0'])
    expect(plan({ pod: withInit }, observe([box()], init('one 0 running')))).toEqual([])
    expect(plan({ pod: withInit }, observe([box()], init('one 0 exited 0')))).toEqual(['start init mesh 0'])
    const started = observe([box()], init('mesh 0 running'), init('one 0 exited 0'))
    expect(plan({ pod: withInit }, started)).toEqual(['start init two 0'])
    const done = observe([box()], init('two 0 exited 0'), ...started.containers)
    expect(plan({ pod: withInit }, done)).toEqual(['start container app 0'])
  })

  test('a failed one runs again, or fails a pod that never restarts', () => {
    const failed = observe([box()], init('one 0 exited 3'))
    expect(plan({ pod: withInit }, failed)).toEqual(['start init one 1'])
    const never = { ...withInit, spec: { ...withInit.spec, restartPolicy: 'Never', containers: [container('app')] } }
    expect(plan({ pod: never }, failed)).toEqual(['stop pod: completed'])
  })

  test('a sidecar that dies later is restarted without the others', () => {
    const observed = observe([box()], saw('app 0 running'), init('mesh 0 exited 1'), init('one 0 exited 0'))
    expect(plan({ pod: withInit }, observed)).toEqual(['start init mesh 1'])
  })

  test('all run again in a new sandbox', () => {
    const observed = observe(
      [box(1), box(0, 'exited')],
      saw('app 0 exited 137'),
      init('two 0 exited 0'),
      init('one 0 exited 0'),
    )
    expect(plan({ pod: withInit }, { ...observed, sandboxes: [{ ...box(1) }, box(0, 'exited')] })).toEqual([
      'start init one 1',
    ])
  })
})

describe('a dead sandbox', () => {
  const dead = observe([box(0, 'exited')], saw('app 0 running'))
  test('takes all containers with it', () => {
    expect(plan({ pod: pod({}) }, dead)).toEqual(['stop pod: sandbox changed', 'run sandbox 1'])
  })
  test('also when it was removed altogether', () => {
    const removed = observe([], saw('app 0 running'))
    expect(plan({ pod: pod({}) }, removed)).toEqual(['stop pod: sandbox changed', 'run sandbox 0'])
  })
  test('ends a pod that never restarts', () => {
    expect(plan({ pod: pod({ restartPolicy: 'Never' }) }, dead)).toEqual(['stop pod: completed'])
  })
})

describe('the end', () => {
  test('what runs gets its grace, then everything leaves the engine', () => {
    const end = { pod: pod({}), terminate: { graceMs: 30_000 }, remove: true }
    expect(plan(end, observe([box()], saw('app 0 running')))).toEqual(['terminate within 30s'])
    expect(plan(end, observe([box(0, 'exited')], saw('app 0 exited 0')))).toEqual(['remove pod'])
    expect(plan(end)).toEqual(['remove pod'])
  })

  test('a finished pod keeps its dead containers', () => {
    const end = { pod: pod({}), terminate: { graceMs: 30_000 }, remove: false }
    expect(plan(end, observe([box(0, 'exited')], saw('app 0 exited 0')))).toEqual([])
  })
})
