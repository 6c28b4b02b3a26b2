import { expect, test } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../shared/api/types/core-v1.ts'
import { aNode, aPod } from '../../../../test/support/scheduling-builders.ts'
import { ClusterState } from '../cluster-state.ts'
import { podInfo } from '../pod-info.ts'
import { planPreemption } from '../preemption.ts'
import { mayWake, schedulePod } from '../schedule-pod.ts'
import { defaultPlugins } from './default-plugins.ts'

const ZONE = 'topology.kubernetes.io/zone'

/** Every claim is bound to the one volume. */
function clusterWith(accessMode: string, volumeLabels: Record<string, string> = {}) {
  const claim = {
    metadata: { name: 'data', namespace: 'default', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: { accessModes: [accessMode], volumeName: 'pv' },
  } as unknown as PersistentVolumeClaim
  const volume = { metadata: { name: 'pv', labels: volumeLabels }, spec: {} } as PersistentVolume
  const storage = { claim: () => claim, volume: () => volume, volumes: () => [volume], storageClass: () => undefined }
  const cluster = new ClusterState({ storage, workloadSelector: () => undefined, namespaceLabels: () => ({}) })
  return cluster
}
const user = (name: string, priority = 0): Pod =>
  aPod(name)
    .spec({ priority, volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] })
    .build()
const place = (pod: Pod, cluster: ClusterState) =>
  schedulePod(defaultPlugins, { pod: podInfo(pod), cluster, startIndex: 0, random: () => 0.9 })

test('a ReadWriteOncePod claim serves one pod of the cluster, until that is gone', () => {
  const cluster = clusterWith('ReadWriteOncePod')
  cluster.setNode(aNode('a').build())
  cluster.setNode(aNode('b').build())
  cluster.assume(user('first'), 'a')
  const second = place(user('second'), cluster)
  if (second.fits) throw new Error('it must not fit')
  expect(second.message).toBe(
    '0/2 nodes are available: 2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.',
  )
  const waiting = podInfo(user('second'))
  const gone = (pod: Pod) => mayWake(waiting, second.rejectedBy, { type: 'PodDeleted', pod: podInfo(pod) })
  expect([gone(user('first')), gone(aPod('unrelated').build())]).toEqual([true, false])
  cluster.removePod('uid-first')
  expect(place(user('second'), cluster)).toMatchObject({ fits: true })
})

test('a ReadWriteOncePod claim goes to the pod of higher priority, at the cost of the one that has it', () => {
  const cluster = clusterWith('ReadWriteOncePod')
  cluster.setNode(aNode('a').build())
  cluster.assume(user('first'), 'a')
  const pod = podInfo(user('second', 10))
  const inputs = { pod, cluster, nodes: cluster.nodes, budgets: [], random: () => 0 }
  const plan = planPreemption(defaultPlugins, inputs)
  expect(plan).toMatchObject({ victims: [{ metadata: { name: 'first' } }] })
  expect(place(user('third'), cluster)).toMatchObject({ fits: false })
})

test('other claims serve several pods', () => {
  const cluster = clusterWith('ReadWriteOnce')
  cluster.setNode(aNode('a').build())
  cluster.assume(user('first'), 'a')
  expect(place(user('second'), cluster)).toMatchObject({ fits: true })
})

test.each([
  [{ [ZONE]: 'x' }, 'on a'],
  [{ [ZONE]: 'y__z' }, 'on b'],
  [{ 'failure-domain.beta.kubernetes.io/zone': 'y' }, 'on b'],
  [{ [ZONE]: 'q' }, '0/2 nodes are available: 2 node(s) had no available volume zone.'],
])('a pod with a volume labelled %j goes %s', (labels, verdict) => {
  const cluster = clusterWith('ReadWriteOnce', labels as Record<string, string>)
  cluster.setNode(aNode('a').label(ZONE, 'x').build())
  cluster.setNode(aNode('b').label(ZONE, 'y').build())
  const result = place(user('db'), cluster)
  expect(result.fits ? `on ${result.node.name}` : result.message).toBe(verdict)
})

test('a node without a zone is in every zone', () => {
  const cluster = clusterWith('ReadWriteOnce', { [ZONE]: 'x' })
  cluster.setNode(aNode('a').build())
  expect(place(user('db'), cluster)).toMatchObject({ fits: true })
})
