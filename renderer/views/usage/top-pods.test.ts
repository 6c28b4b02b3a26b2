import { expect, test } from 'vitest'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { topPods } from './top-pods.ts'

test('the largest come first, without those that were not sampled', () => {
  const pods = ['idle', 'busy', 'new', 'fat'].map((uid) => ({ metadata: { uid } }) as Pod)
  const use = (cpuMillis: number, memoryBytes: number) => ({ cpuMillis, memoryBytes })
  const usage = {
    at: 1,
    nodes: new Map(),
    pods: new Map([
      ['idle', use(1, 5)],
      ['busy', use(80, 7)],
      ['fat', use(3, 90)],
    ]),
  }
  const names = (resource: 'cpu' | 'memory') => topPods(pods, usage, resource, 2).map(({ pod }) => pod.metadata.uid)
  expect([names('cpu'), names('memory')]).toEqual([
    ['busy', 'fat'],
    ['fat', 'busy'],
  ])
})
