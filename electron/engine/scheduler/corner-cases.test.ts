import { expect, test } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../shared/api/types/core-v1.ts'
import type { StorageClass } from '../../../shared/api/types/storage-v1.ts'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import { ClusterState } from './cluster-state.ts'
import type { Surroundings } from './framework.ts'
import { NodeMemory } from './node-memory.ts'
import { defaultPlugins } from './plugins/default-plugins.ts'
import { podInfo } from './pod-info.ts'
import { type NodeOutcome, planPreemption } from './preemption.ts'
import { schedulePod } from './schedule-pod.ts'

const HOST = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'
const sized = (name: string, cpu: string, priority: number) => aPod(name).requests({ cpu }).spec({ priority }).build()
const search = (pod: Pod, cluster: ClusterState) =>
  schedulePod(defaultPlugins, { pod: podInfo(pod), cluster, startIndex: 0, random: () => 0.9 })
/** What the scheduler's #place and #preemptFor do, in their order. */
const preemptFor = (pod: Pod, cluster: ClusterState) => {
  const info = podInfo(pod)
  const result = search(pod, cluster)
  if (result.fits) return 'fits'
  return planPreemption(defaultPlugins, { pod: info, cluster, nodes: result.preemptible, budgets: [], random: () => 0 })
}
const clusterOf = (count: number, cpu = '2') => {
  const cluster = new ClusterState()
  for (let n = 0; n < count; n++) cluster.setNode(aNode(`n${n}`).cpu(cpu).build())
  return cluster
}

test('planning does not fail for a pod between waiting preemptors and lesser pods', () => {
  const cluster = clusterOf(2)
  for (const n of [0, 1]) {
    cluster.assume(sized(`low-${n}`, '1', 1), `n${n}`)
    cluster.nominations.set(podInfo(sized(`high-${n}`, '2', 100)), `n${n}`)
  }
  expect(preemptFor(sized('mid', '1', 50), cluster)).toMatchObject({ node: undefined })
})

test('a second preemptor does not choose the node that the first waits for', () => {
  const cluster = clusterOf(2, '1')
  cluster.assume(sized('low-0', '1', 1), 'n0')
  cluster.assume(sized('low-1', '1', 1), 'n1')
  cluster.nominations.set(podInfo(sized('high-0', '1', 100)), 'n0')
  expect(preemptFor(sized('high-1', '1', 100), cluster)).toMatchObject({ node: 'n1' })
})

test('a victim beyond the first hundred nodes is found', () => {
  const cluster = clusterOf(150, '1')
  for (let n = 0; n < 150; n++) cluster.assume(sized(`p-${n}`, '1', n === 149 ? 1 : 100), `n${n}`)
  expect(preemptFor(sized('high', '1', 100), cluster)).toMatchObject({ node: 'n149' })
})

test('the first pod of an affinity group still needs a node with the topology key', () => {
  const term = { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'web' } } }
  const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
  const result = search(aPod('web').label('app', 'web').spec({ affinity }).build(), clusterOf(1))
  expect(result).toMatchObject({ fits: false })
})

test('anti-affinity keeps away from pods that are still ending', () => {
  const cluster = clusterOf(1)
  const ending = aPod('old').label('app', 'db').build()
  cluster.assume({ ...ending, metadata: { ...ending.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }, 'n0')
  const term = { topologyKey: HOST, labelSelector: { matchLabels: { app: 'db' } } }
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
  expect(search(aPod('new').spec({ affinity }).build(), cluster)).toMatchObject({ fits: false })
})

test('two claims of one pod do not count on the same volume', () => {
  const storageClass = {
    metadata: { name: 'manual' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  } as StorageClass
  const common = { accessModes: ['ReadWriteOnce'], storageClassName: 'manual' }
  const claim = (name: string) =>
    ({
      metadata: { name, namespace: 'default' },
      spec: { ...common, resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Pending' },
    }) as unknown as PersistentVolumeClaim
  const volume = {
    metadata: { name: 'only' },
    spec: { ...common, capacity: { storage: '1Gi' } },
    status: { phase: 'Available' },
  } as unknown as PersistentVolume
  const around: Surroundings = {
    storage: {
      claim: (key) => claim(key.slice('default/'.length)),
      volume: () => volume,
      volumes: () => [volume],
      storageClass: () => storageClass,
      csiNode: () => undefined,
    },
    workloadSelector: () => undefined,
    namespaceLabels: () => ({}),
  }
  const cluster = new ClusterState(around)
  cluster.setNode(aNode('n0').build())
  const volumes = ['one', 'two'].map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }))
  expect(search(aPod('web').spec({ volumes }).build(), cluster)).toMatchObject({ fits: false })
})

test('with two required terms, a pod counts that both select, not one for each', () => {
  const terms = ['app', 'tier'].map((key) => ({ topologyKey: HOST, labelSelector: { matchLabels: { [key]: 'web' } } }))
  const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } }
  const cluster = clusterOf(1)
  cluster.assume(aPod('one').label('app', 'web').build(), 'n0')
  cluster.assume(aPod('two').label('tier', 'web').build(), 'n0')
  expect(search(aPod('new').spec({ affinity }).build(), cluster)).toMatchObject({ fits: false })
  cluster.assume(aPod('both').label('app', 'web').label('tier', 'web').build(), 'n0')
  expect(search(aPod('new').spec({ affinity }).build(), cluster)).toMatchObject({ fits: true })
})

test('replicas that preempt find other victims each, though they ask the same', () => {
  const cluster = clusterOf(3, '1')
  for (const n of [0, 1, 2]) cluster.assume(sized(`low-${n}`, '1', 1), `n${n}`)
  const memory = new NodeMemory<NodeOutcome>()
  const victims = [0, 1, 2, 3].map((n) => {
    const pod = podInfo(sized(`high-${n}`, '1', 100))
    const plan = planPreemption(defaultPlugins, {
      pod,
      cluster,
      nodes: cluster.nodes,
      budgets: [],
      random: () => 0,
      memory,
    })
    if (plan.node === undefined) return undefined
    for (const { metadata } of plan.victims) cluster.removePod(metadata.uid ?? '')
    cluster.assume(pod.pod, plan.node)
    return plan.victims.map(({ metadata }) => metadata.name).join()
  })
  expect(victims).toEqual(['low-0', 'low-1', 'low-2', undefined])
})
