import { expect, test } from 'vitest'
import type { ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { availablePods, planReplicas, replicaSetStatus } from './plan.ts'
import { countPods } from './pod-tally.ts'

const NOW = Date.UTC(2026, 0, 1, 12)
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString()

interface Shape {
  readonly node?: string
  readonly phase?: string
  readonly ready?: number
  readonly restarts?: number
  readonly cost?: string
  readonly age?: number
}

function pod(name: string, shape: Shape = {}): Pod {
  const { node = 'n1', phase = 'Running', ready, restarts = 0, cost, age = 3600 } = shape
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      labels: { app: 'web' },
      creationTimestamp: ago(age),
      ...(cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
    },
    spec: { containers: [], ...(node ? { nodeName: node } : {}) },
    status: {
      phase,
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }],
      conditions: ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(ready) }],
    },
  }
}

function replicaSet(replicas: number, minReadySeconds = 0): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', generation: 3 },
    spec: { replicas, minReadySeconds, selector: {}, template: { metadata: { labels: { app: 'web' } } } },
  }
}

const replicas = (pods: readonly Pod[], others: readonly Pod[] = []) => ({
  count: pods.length,
  active: () => pods,
  related: () => [...pods, ...others],
})

function statusOf(of: ReplicaSet, pods: readonly Pod[], failure: unknown) {
  const available = availablePods(of, pods, NOW)
  return replicaSetStatus(of, { counts: countPods(of, pods), available, failure, now: NOW })
}

test('too many pods go in the order: unassigned, pending, unready, cheap, crowded, young, restarted', () => {
  const pods = [
    pod('old', { ready: 3000 }),
    pod('young', { ready: 10 }),
    pod('crowded', { ready: 3000, node: 'n2' }),
    pod('cheap', { ready: 3000, cost: '-5' }),
    pod('unready'),
    pod('pending', { phase: 'Pending' }),
    pod('unassigned', { node: '', phase: 'Pending' }),
  ]
  const neighbours = [1, 2, 3, 4, 5, 6].map((index) => pod(`neighbour-${index}`, { node: 'n2' }))
  const order = planReplicas(replicaSet(1), replicas(pods, neighbours), NOW).delete
  expect(order.map(({ metadata }) => metadata.name)).toEqual([
    'unassigned',
    'pending',
    'unready',
    'cheap',
    'crowded',
    'young',
  ])
})

test('at most 500 pods are created or deleted at once', () => {
  expect(planReplicas(replicaSet(1200), replicas([]), NOW).create).toBe(500)
  const many = Array.from({ length: 700 }, (_, index) => pod(`p${index}`))
  expect(planReplicas(replicaSet(0), replicas(many), NOW).delete).toHaveLength(500)
})

test('a pod is available once it was ready for minReadySeconds', () => {
  const active = [pod('a', { ready: 29 }), pod('b', { ready: 30 }), pod('c')]
  const leaving = { ...pod('d'), metadata: { ...pod('d').metadata, deletionTimestamp: ago(0) } }
  expect(statusOf(replicaSet(3, 30), [...active, leaving], undefined)).toEqual({
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 1,
    observedGeneration: 3,
  })
})

test('a failure shows as ReplicaFailure until it is over', () => {
  const failed = statusOf(replicaSet(1), [], new Error('no quota'))
  expect(failed.conditions).toMatchObject([
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'no quota' },
  ])
  const after = { ...replicaSet(1), status: failed }
  expect(statusOf(after, [], undefined).conditions).toBeUndefined()
})
