import { expect, test } from 'vitest'
import type { DaemonSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import { REVISION_LABEL } from './daemon-pod.ts'
import { planDaemons } from './plan.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')

/** "name node revision state": state is ready, starting, ending, failed or failed+ending; revision 2 is the current one. */
function daemon(text: string, at: number): Pod {
  const [name = '', node = '', revision = '', state = ''] = text.split(' ')
  const phase = state.startsWith('failed') ? 'Failed' : 'Running'
  const since = '2026-01-01T00:00:00Z'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { [REVISION_LABEL]: revision },
      creationTimestamp: `2026-01-01T00:00:0${at}Z`,
      ...(state.endsWith('ending') ? { deletionTimestamp: since } : {}),
    },
    spec: { nodeName: node, containers: [] },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: state === 'ready' ? 'True' : 'False', lastTransitionTime: since }],
    },
  }
}

const node = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: { taints: name.endsWith('!') ? [{ key: 'closed', effect: 'NoSchedule' }] : [] },
})

/** What is done on the nodes a, b, c and, where there is one, on one that takes no new daemons: "d!". */
function steps(pods: readonly string[], rollingUpdate: { maxSurge?: number; maxUnavailable?: number } | 'OnDelete') {
  const updateStrategy = rollingUpdate === 'OnDelete' ? { type: 'OnDelete' } : { type: 'RollingUpdate', rollingUpdate }
  const set: DaemonSet = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
    spec: { selector: {}, template: { spec: { containers: [] } }, updateStrategy },
  }
  const names = ['a', 'b', 'c', ...(pods.some((pod) => pod.includes('d!')) ? ['d!'] : [])]
  const daemons = pods.map(daemon)
  const plan = planDaemons({
    set,
    nodes: names.map(node),
    pods: daemons,
    hash: '2',
    now: NOW,
    failureWaitMs: (name) => (name === 'c' ? 4000 : 0),
  })
  return [
    ...plan.create.map((name) => `create on ${name}`),
    ...[...plan.delete, ...plan.ended].map(({ metadata }) => `delete ${metadata.name}`),
    ...(plan.retryMs === undefined ? [] : [`again in ${plan.retryMs} ms`]),
  ]
}

const OLD = ['a1 a 1 ready', 'b1 b 1 ready', 'c1 c 1 ready']

test.each([
  ['every node gets one', [], ['create on a', 'create on b', 'create on c']],
  ['one at a time makes way', OLD, ['delete a1']],
  ['a node that is without one holds the others back', ['a1 a 1 ending', 'b1 b 1 ready', 'c1 c 1 ready'], []],
  ['a new one that is not ready holds the others back', ['a2 a 2 starting', 'b1 b 1 ready', 'c1 c 1 ready'], []],
  ['an old one that is not ready makes way first', ['a1 a 1 ready', 'b1 b 1 starting', 'c1 c 1 ready'], ['delete b1']],
  ['of two on a node the older stays', ['a1 a 1 ready', 'a2 a 2 ready', 'b2 b 2 ready', 'c2 c 2 ready'], ['delete a2']],
  ['one that failed goes', ['a2 a 2 failed', 'b1 b 1 ready', 'c1 c 1 ready'], ['delete a2']],
  ['one that fails again waits', ['a2 a 2 ready', 'b2 b 2 ready', 'c2 c 2 failed'], ['again in 4000 ms']],
  [
    'what failed and goes is in nobody’s way',
    ['a2 a 2 failed+ending', 'b2 b 2 ready', 'c2 c 2 ready'],
    ['create on a'],
  ],
  ['also where no new one may start', ['a2 a 2 ready', 'b2 b 2 ready', 'c2 c 2 ready', 'd1 d! 1 ready'], ['delete d1']],
])('without surge %s', (_, pods, expected) => {
  expect(steps(pods, { maxUnavailable: 1 })).toEqual(expected)
})

test.each([
  ['a new one starts beside the old', OLD, ['create on a']],
  ['no more than maxSurge at a time', [...OLD, 'a2 a 2 starting'], []],
  ['the old one goes when the new one is ready', [...OLD, 'a2 a 2 ready'], ['delete a1']],
  ['an old one that is no longer ready goes', [...OLD.slice(1), 'a1 a 1 starting', 'a2 a 2 starting'], ['delete a1']],
  [
    'one that is not ready gets its new one at once',
    ['a1 a 1 starting', ...OLD.slice(1)],
    ['create on a', 'create on b'],
  ],
  ['none that is ending is waited for', ['a1 a 1 ending', 'b2 b 2 ready', 'c2 c 2 ready'], ['create on a']],
  [
    'one that may not be replaced stays until enough are there',
    ['d1 d! 1 ready', 'a2 a 2 ready', 'b2 b 2 ready', 'c2 c 2 starting'],
    [],
  ],
  ['and goes then', ['d1 d! 1 ready', 'a2 a 2 ready', 'b2 b 2 ready', 'c2 c 2 ready'], ['delete d1']],
])('with surge %s', (_, pods, expected) => {
  expect(steps(pods, { maxSurge: 1, maxUnavailable: 0 })).toEqual(expected)
})

test('with OnDelete only what is deleted by hand is replaced', () => {
  expect(steps(OLD, 'OnDelete')).toEqual([])
  expect(steps(OLD.slice(1), 'OnDelete')).toEqual(['create on a'])
})
