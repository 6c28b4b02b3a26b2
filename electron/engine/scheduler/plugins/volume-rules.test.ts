import { describe, expect, test } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../shared/api/types/core-v1.ts'
import type { CSINode, StorageClass } from '../../../../shared/api/types/storage-v1.ts'
import { aNode, aPod } from '../../../../test/support/scheduling-builders.ts'
import { ClusterState, NO_SURROUNDINGS } from '../cluster-state.ts'
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
  const storage = { ...NO_SURROUNDINGS.storage, claim: () => claim, volume: () => volume, volumes: () => [volume] }
  return new ClusterState({ ...NO_SURROUNDINGS, storage })
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

describe('a driver attaches only so many volumes to a node', () => {
  const claimed = (name: string, ...claims: string[]) =>
    aPod(name)
      .spec({ volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) })
      .build()
  /** Claims named after their volume are bound; others are to be provisioned by the class's driver. Each node takes two. */
  const cluster = () => {
    const claim = (key: string) => {
      const name = key.slice('default/'.length)
      const isBound = name.startsWith('pv')
      return {
        metadata: { name, annotations: isBound ? { 'pv.kubernetes.io/bind-completed': 'yes' } : {} },
        spec: { storageClassName: 'fast', ...(isBound ? { volumeName: name } : {}) },
      } as unknown as PersistentVolumeClaim
    }
    const volume = (name: string) =>
      name
        ? ({ metadata: { name }, spec: { csi: { driver: 'csi.example.com', volumeHandle: name } } } as PersistentVolume)
        : undefined
    const storageClass = () =>
      ({ provisioner: 'csi.example.com', volumeBindingMode: 'WaitForFirstConsumer' }) as StorageClass
    const drivers = [{ name: 'csi.example.com', nodeID: 'n', allocatable: { count: 2 } }]
    const csiNode = (name: string) =>
      name === 'free' ? undefined : ({ metadata: { name }, spec: { drivers } } as CSINode)
    const storage = { claim, volume, volumes: () => [], storageClass, csiNode }
    const state = new ClusterState({ ...NO_SURROUNDINGS, storage })
    state.setNode(aNode('limited').build())
    return state
  }
  const verdict = (pod: Pod, state: ClusterState) => {
    const result = place(pod, state)
    return result.fits ? `on ${result.node.name}` : result.message
  }
  const FULL = '0/1 nodes are available: 1 node(s) exceed max volume count.'

  test.each([
    ['one more', ['pv-2'], 'on limited'],
    ['two more', ['pv-2', 'pv-3'], FULL],
    ['one that is there already, and one more', ['pv-1', 'pv-2'], 'on limited'],
    ['two that are to be provisioned', ['new-1', 'new-2'], FULL],
  ])('%s', (_what, claims, expected) => {
    const state = cluster()
    state.assume(claimed('there', 'pv-1'), 'limited')
    expect(verdict(claimed('new', ...claims), state)).toBe(expected)
  })

  test('a node of which the driver says nothing takes any number', () => {
    const state = cluster()
    state.setNode(aNode('free').build())
    expect(verdict(claimed('new', 'pv-1', 'pv-2', 'pv-3'), state)).toBe('on free')
  })

  test('what another pod frees, or a driver that can do more, lets a pod be tried again', () => {
    const state = cluster()
    state.assume(claimed('there', 'pv-1', 'pv-2'), 'limited')
    const waiting = claimed('new', 'pv-3')
    const result = place(waiting, state)
    if (result.fits) throw new Error('it must not fit')
    const wakes = (event: Parameters<typeof mayWake>[2]) => mayWake(podInfo(waiting), result.rejectedBy, event)
    expect([
      wakes({ type: 'PodDeleted', pod: podInfo(claimed('there', 'pv-1')) }),
      wakes({ type: 'PodDeleted', pod: podInfo(claimed('diskless')) }),
      wakes({ type: 'StorageChanged', object: { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: {} } }),
    ]).toEqual([true, false, true])
  })
})

describe('disks without a claim', () => {
  const gce = (readOnly: boolean, pdName = 'd') => ({ gcePersistentDisk: { pdName, readOnly } })
  const ebs = (readOnly: boolean) => ({ awsElasticBlockStore: { volumeID: 'v', readOnly } })
  const iscsi = (readOnly: boolean, iqn = 'iqn') => ({ iscsi: { targetPortal: '10.0.0.1', lun: 0, iqn, readOnly } })
  const rbd = (readOnly: boolean, image = 'i', monitors = ['a', 'b']) => ({
    rbd: { monitors, pool: 'p', image, readOnly },
  })
  const NO_DISK = '0/1 nodes are available: 1 node(s) had no available disk.'

  test.each([
    ['GCE disk, both read', gce(true), gce(true), true],
    ['GCE disk, one writes', gce(true), gce(false), false],
    ['GCE disks of other names', gce(false), gce(false, 'e'), true],
    ['EBS volume, even when both read', ebs(true), ebs(true), false],
    ['ISCSI disk, both read', iscsi(true), iscsi(true), true],
    ['ISCSI disk, one writes', iscsi(false), iscsi(true), false],
    ['ISCSI disks of other names', iscsi(false), iscsi(false, 'other'), true],
    ['RBD image, both read', rbd(true), rbd(true), true],
    ['RBD image by a monitor in common, one writes', rbd(false), rbd(true, 'i', ['b', 'c']), false],
    ['RBD image of other monitors', rbd(false), rbd(false, 'i', ['c']), true],
    ['different kinds', gce(false), ebs(false), true],
  ])('%s', (_what, there, wanted, fits) => {
    const cluster = new ClusterState()
    cluster.setNode(aNode('a').build())
    const using = (name: string, disk: object) =>
      aPod(name)
        .spec({ volumes: [{ name: 'disk', ...disk }] })
        .build()
    cluster.assume(using('there', there), 'a')
    const waiting = using('new', wanted)
    const result = place(waiting, cluster)
    expect(result.fits ? 'fits' : result.message).toBe(fits ? 'fits' : NO_DISK)
    if (result.fits) return
    const gone = { type: 'PodDeleted', pod: podInfo(using('there', there)) } as const
    expect(mayWake(podInfo(waiting), result.rejectedBy, gone)).toBe(true)
  })
})
