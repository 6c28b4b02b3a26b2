import { expect, test } from 'vitest'
import { aNode, aPod } from '../../../../test/support/scheduling-builders.ts'
import { ClusterState } from '../cluster-state.ts'
import { podInfo } from '../pod-info.ts'
import { schedulePod } from '../schedule-pod.ts'
import { pluginsWith } from './default-plugins.ts'
import { resourceScore, type ScoringStrategy } from './resource-scoring.ts'

const ratio: ScoringStrategy = {
  type: 'RequestedToCapacityRatio',
  shape: [
    { utilization: 0, score: 0 },
    { utilization: 50, score: 10 },
    { utilization: 100, score: 2 },
  ],
}

test.each([
  ['LeastAllocated', { type: 'LeastAllocated' }, [75, 50, 0, 0]],
  ['MostAllocated', { type: 'MostAllocated' }, [25, 50, 100, 100]],
  ['RequestedToCapacityRatio', ratio, [50, 100, 20, 20]],
] as const)('%s scores a quarter, a half, all and too much', (_name, strategy, scores) => {
  const uses = [25, 50, 100, 120].map((requested) => [[requested, 100] as const, [requested, 100] as const])
  expect(uses.map((use) => resourceScore(strategy, use))).toEqual(scores)
})

test('a resource that a node does not have does not count', () => {
  const uses = [[25, 100] as const, [0, 0] as const]
  expect(resourceScore({ type: 'LeastAllocated' }, uses)).toBe(75)
  expect(resourceScore({ type: 'MostAllocated' }, [[0, 0]])).toBe(0)
  expect(resourceScore(ratio, [[0, 0]])).toBe(0)
})

test.each([
  ['LeastAllocated', 'empty'],
  ['MostAllocated', 'busy'],
] as const)('with %s a pod goes to the %s node', (type, expected) => {
  const cluster = new ClusterState()
  cluster.setNode(aNode('empty').build())
  cluster.setNode(aNode('busy').build())
  cluster.setPod(aPod('there').requests({ cpu: '2', memory: '4Gi' }).on('busy').build())
  const pod = podInfo(aPod('new').requests({ cpu: '100m', memory: '200Mi' }).build())
  const result = schedulePod(pluginsWith({ type }), { pod, cluster, startIndex: 0, random: () => 0.9 })
  expect(result.fits && result.node.name).toBe(expected)
})
