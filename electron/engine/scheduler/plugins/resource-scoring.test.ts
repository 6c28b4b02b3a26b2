import { expect, test } from 'vitest'
import { aNode, aPod } from '../../../../test/support/scheduling-builders.ts'
import { ClusterState } from '../cluster-state.ts'
import { DEFAULT_ARGS } from '../config/scheduler-configuration.ts'
import { podInfo } from '../pod-info.ts'
import { schedulePod } from '../schedule-pod.ts'
import { pluginsWith } from './default-plugins.ts'
import { resourceScore, type ScoringStrategy } from './resource-scoring.ts'

const resources = ['cpu', 'memory'].map((name) => ({ name, weight: 1 }))
const least: ScoringStrategy = { type: 'LeastAllocated', resources }
const most: ScoringStrategy = { type: 'MostAllocated', resources }
const shape = [
  { utilization: 0, score: 0 },
  { utilization: 50, score: 10 },
  { utilization: 100, score: 2 },
]
const ratio: ScoringStrategy = {
  type: 'RequestedToCapacityRatio',
  resources,
  requestedToCapacityRatio: { shape },
}

test.each([
  ['LeastAllocated', least, [75, 50, 0, 0]],
  ['MostAllocated', most, [25, 50, 100, 100]],
  ['RequestedToCapacityRatio', ratio, [50, 100, 20, 20]],
] as const)('%s scores a quarter, a half, all and too much', (_name, strategy, scores) => {
  const uses = [25, 50, 100, 120].map((requested) => [[requested, 100, 1] as const, [requested, 100, 1] as const])
  expect(uses.map((use) => resourceScore(strategy, use))).toEqual(scores)
})

test('a resource that a node does not have does not count', () => {
  const uses = [[25, 100, 1] as const, [0, 0, 1] as const]
  expect(resourceScore(least, uses)).toBe(75)
  expect(resourceScore(most, [[0, 0, 1]])).toBe(0)
  expect(resourceScore(ratio, [[0, 0, 1]])).toBe(0)
})

test('a resource counts as much as it weighs', () => {
  expect(
    resourceScore(least, [
      [0, 100, 3],
      [100, 100, 1],
    ]),
  ).toBe(75)
  expect(
    resourceScore(ratio, [
      [50, 100, 1],
      [100, 100, 3],
    ]),
  ).toBe(40)
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
  const args = { ...DEFAULT_ARGS, NodeResourcesFit: { scoringStrategy: { type, resources } } }
  const result = schedulePod(pluginsWith(args), { pod, cluster, startIndex: 0, random: () => 0.9 })
  expect(result.fits && result.node.name).toBe(expected)
})
