import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { StatefulSet, StatefulSetSpec } from '../../../shared/api/types/apps-v1.ts'
import { names } from '../../support/simulated-cluster.ts'
import { type World, world } from './world.ts'

function database(replicas: number, spec: Partial<StatefulSetSpec> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'db:1' }] } },
      ...spec,
    },
  }
}

async function podsOf({ cluster }: World) {
  const { items } = await cluster.client.resource(resources.pods).list({ namespace: 'default' })
  return new Map(items.map((pod) => [pod.metadata.name, pod.spec?.containers[0]?.image]))
}

async function change(started: World, edit: (spec: StatefulSetSpec) => StatefulSetSpec): Promise<void> {
  const sets = started.cluster.client.resource(resources.statefulSets)
  const set = await sets.get('db', 'default')
  await sets.update({ ...set, spec: edit(set.spec as StatefulSetSpec) })
  await started.cluster.settle()
}

const withImage = (image: string) => (spec: StatefulSetSpec) => ({
  ...spec,
  template: { ...spec.template, spec: { ...spec.template.spec, containers: [{ name: 'db', image }] } },
})

const volumeClaimTemplates = [
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
]

test('pods start one after the other, each with its name, its host name and its claim', async () => {
  const started = await world()
  await using cluster = started.cluster
  started.kubelet.neverReady = ({ metadata }) => metadata.name === 'db-1'
  await cluster.client.resource(resources.statefulSets).create(database(3, { volumeClaimTemplates }))
  await cluster.settle()
  expect([...(await podsOf(started)).keys()]).toEqual(['db-0', 'db-1'])
  started.kubelet.neverReady = () => false
  const waiting = await cluster.client.resource(resources.pods).get('db-1', 'default')
  await cluster.client
    .resource(resources.pods)
    .update({ ...waiting, metadata: { ...waiting.metadata, annotations: { wake: 'up' } } })
  await cluster.settle()
  expect([...(await podsOf(started)).keys()]).toEqual(['db-0', 'db-1', 'db-2'])
  const { items } = await cluster.client.resource(resources.persistentVolumeClaims).list()
  expect(names(items)).toEqual(['data-db-0', 'data-db-1', 'data-db-2'])
  const last = await cluster.client.resource(resources.pods).get('db-2', 'default')
  expect(last.spec).toMatchObject({ hostname: 'db-2', subdomain: 'db' })
  expect(last.spec?.volumes?.[0]).toMatchObject({ name: 'data', persistentVolumeClaim: { claimName: 'data-db-2' } })
  expect(last.metadata.labels).toMatchObject({
    'statefulset.kubernetes.io/pod-name': 'db-2',
    'apps.kubernetes.io/pod-index': '2',
  })
  const { status } = await cluster.client.resource(resources.statefulSets).get('db', 'default')
  expect(status).toMatchObject({
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
  })
  expect(await cluster.events('db')).toContain('Normal SuccessfulCreate: create Pod db-2 in StatefulSet db successful')
  expect(cluster.logged).toEqual([])
})

test('an update goes from the top, one at a time, down to its partition, and becomes current when it is done', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.statefulSets).create(database(3))
  await cluster.settle()
  const partitioned = (partition: number) => (spec: StatefulSetSpec) => ({
    ...spec,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
  })
  await change(started, partitioned(2))
  await change(started, withImage('db:2'))
  expect(Object.fromEntries(await podsOf(started))).toEqual({ 'db-0': 'db:1', 'db-1': 'db:1', 'db-2': 'db:2' })
  let { status } = await cluster.client.resource(resources.statefulSets).get('db', 'default')
  expect(status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 })
  expect(status?.currentRevision).not.toBe(status?.updateRevision)
  await change(started, partitioned(0))
  expect(new Set((await podsOf(started)).values())).toEqual(new Set(['db:2']))
  ;({ status } = await cluster.client.resource(resources.statefulSets).get('db', 'default'))
  expect(status?.currentRevision).toBe(status?.updateRevision)
  await change(started, withImage('db:1'))
  const { items } = await cluster.client.resource(resources.controllerRevisions).list()
  expect(items.map(({ revision }) => revision).sort()).toEqual([2, 3])
})

test('scaling down takes the highest ordinal first and waits for it to be gone; claims stay', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.statefulSets).create(database(3))
  await cluster.settle()
  await change(started, (spec) => ({ ...spec, replicas: 1 }))
  expect([...(await podsOf(started)).keys()]).toEqual(['db-0'])
  const deletions = (await cluster.events('db')).filter((event) => event.includes('delete Pod'))
  expect(deletions).toEqual([
    'Normal SuccessfulDelete: delete Pod db-2 in StatefulSet db successful',
    'Normal SuccessfulDelete: delete Pod db-1 in StatefulSet db successful',
  ])
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
})

async function claimsOf({ cluster }: World) {
  const { items } = await cluster.client.resource(resources.persistentVolumeClaims).list()
  return items
    .map(
      ({ metadata }) =>
        `${metadata.name} <- ${metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`) ?? ''}`,
    )
    .sort()
}

test('by its retention policy a claim goes with its pod when the set shrinks, and with the set', async () => {
  const started = await world()
  await using cluster = started.cluster
  const sets = cluster.client.resource(resources.statefulSets)
  const policy = { whenDeleted: 'Delete', whenScaled: 'Delete' }
  await sets.create(database(2, { volumeClaimTemplates, persistentVolumeClaimRetentionPolicy: policy }))
  await cluster.settle()
  expect(await claimsOf(started)).toEqual(['data-db-0 <- StatefulSet db', 'data-db-1 <- StatefulSet db'])

  started.kubelet.keeps = ({ metadata }) => metadata.name === 'db-1'
  await change(started, (spec) => ({ ...spec, replicas: 1 }))
  expect(await claimsOf(started)).toEqual(['data-db-0 <- StatefulSet db', 'data-db-1 <- Pod db-1'])
  started.kubelet.keeps = () => false
  const pods = cluster.client.resource(resources.pods)
  await pods.delete({ name: 'db-1', namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  expect(await claimsOf(started)).toEqual(['data-db-0 <- StatefulSet db'])
  await change(started, (spec) => ({ ...spec, replicas: 2 }))
  expect(await claimsOf(started)).toEqual(['data-db-0 <- StatefulSet db', 'data-db-1 <- StatefulSet db'])

  await change(started, (spec) => ({
    ...spec,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  }))
  expect(await claimsOf(started)).toEqual(['data-db-0 <- ', 'data-db-1 <- '])
  await change(started, (spec) => ({ ...spec, persistentVolumeClaimRetentionPolicy: policy }))
  await sets.delete({ name: 'db', namespace: 'default' }, { propagationPolicy: 'Background' })
  await cluster.settle()
  expect(await claimsOf(started)).toEqual([])
  expect(cluster.logged).toEqual([])
})

test('a claim that was deleted is made anew: before its next pod, and for a pod that waits for it', async () => {
  const started = await world()
  await using cluster = started.cluster
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  const pods = cluster.client.resource(resources.pods)
  await cluster.client.resource(resources.statefulSets).create(database(1, { volumeClaimTemplates }))
  await cluster.settle()
  const claim = { name: 'data-db-0', namespace: 'default' }
  const first = await claims.get(claim.name, claim.namespace)
  await claims.update({ ...first, metadata: { ...first.metadata, finalizers: ['example.com/slow'] } })
  await claims.delete(claim)
  await pods.delete({ name: 'db-0', namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  expect([...(await podsOf(started)).keys()]).toEqual([])
  expect(await cluster.events('db')).toContain(
    'Warning FailedCreate: create Pod db-0 in StatefulSet db failed error: pvc data-db-0 is being deleted',
  )
  started.kubelet.ignores = () => true
  const going = await claims.get(claim.name, claim.namespace)
  await claims.update({ ...going, metadata: { ...going.metadata, finalizers: [] } })
  await cluster.settle()
  const second = await claims.get(claim.name, claim.namespace)
  expect(second.metadata.uid).not.toBe(first.metadata.uid)
  expect((await pods.get('db-0', 'default')).status?.phase).toBe('Pending')

  await claims.update({ ...second, metadata: { ...second.metadata, finalizers: [] } })
  await claims.delete(claim)
  await cluster.settle()
  expect((await claims.get(claim.name, claim.namespace)).metadata.uid).not.toBe(second.metadata.uid)
})

test('a Parallel set whose pods never got ready is mended by the next template', async () => {
  const started = await world()
  await using cluster = started.cluster
  started.kubelet.neverReady = ({ spec }) => spec?.containers[0]?.image === 'db:broken'
  const broken = database(3, { podManagementPolicy: 'Parallel' })
  await cluster.client
    .resource(resources.statefulSets)
    .create({ ...broken, spec: withImage('db:broken')(broken.spec as StatefulSetSpec) })
  await cluster.settle()
  await change(started, withImage('db:2'))
  expect(Object.fromEntries(await podsOf(started))).toEqual({ 'db-0': 'db:2', 'db-1': 'db:2', 'db-2': 'db:2' })
})

test('a pod below the partition that is lost comes back as it was, with the labels that name it', async () => {
  const started = await world()
  await using cluster = started.cluster
  const pods = cluster.client.resource(resources.pods)
  await cluster.client.resource(resources.statefulSets).create(database(2))
  await cluster.settle()
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }
  await change(started, (spec) => ({ ...withImage('db:2')(spec), updateStrategy }))
  await pods.delete({ name: 'db-0', namespace: 'default' })
  await cluster.settle()
  expect(Object.fromEntries(await podsOf(started))).toEqual({ 'db-0': 'db:1', 'db-1': 'db:2' })
  const { status } = await cluster.client.resource(resources.statefulSets).get('db', 'default')
  expect(status?.currentRevision).not.toBe(status?.updateRevision)
  const { metadata } = await pods.get('db-0', 'default')
  const body = { metadata: { labels: { 'statefulset.kubernetes.io/pod-name': null } } }
  await pods.patch({ name: 'db-0', namespace: 'default' }, { type: 'application/merge-patch+json', body })
  await cluster.settle()
  expect((await pods.get('db-0', 'default')).metadata).toMatchObject({ uid: metadata.uid, labels: metadata.labels })
  expect(await cluster.events('db')).toContain('Normal SuccessfulUpdate: update Pod db-0 in StatefulSet db successful')
})

test('a set made anew after its pods were orphaned takes them and their revision over', async () => {
  const started = await world()
  await using cluster = started.cluster
  const sets = cluster.client.resource(resources.statefulSets)
  await sets.create(database(2))
  await cluster.settle()
  const uids = async () =>
    (await cluster.client.resource(resources.pods).list()).items.map(({ metadata }) => metadata.uid)
  const before = await uids()
  await sets.delete({ name: 'db', namespace: 'default' }, { propagationPolicy: 'Orphan' })
  await cluster.settle()
  const { metadata } = await sets.create(database(2))
  await cluster.settle()
  expect(await uids()).toEqual(before)
  const { items } = await cluster.client.resource(resources.controllerRevisions).list()
  expect(items.map((revision) => revision.metadata.ownerReferences?.map(({ uid }) => uid))).toEqual([[metadata.uid]])
  expect((await sets.get('db', 'default')).status).toMatchObject({ collisionCount: 0, updatedReplicas: 2 })
})
