import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { world } from './world.ts'

test('a ReplicationController keeps its replicas, adopts what it selects, and tells so as a ReplicaSet does', async () => {
  const started = await world()
  await using cluster = started.cluster
  const controllers = cluster.client.resource(resources.replicationControllers)
  const pods = cluster.client.resource(resources.pods)
  const spec = { containers: [{ name: 'main', image: 'web:1' }] }
  const orphan = { metadata: { name: 'orphan', namespace: 'default', labels: { app: 'web' } }, spec }
  await pods.create({ apiVersion: 'v1', kind: 'Pod', ...orphan })
  await controllers.create({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 3, selector: { app: 'web' }, template: { metadata: { labels: { app: 'web' } }, spec } },
  })
  await cluster.settle()
  const owned = (await pods.list()).items.map(({ metadata }) => metadata.ownerReferences?.[0])
  expect(owned.map((owner) => `${owner?.apiVersion} ${owner?.kind} ${owner?.name}`)).toEqual(
    Array.from({ length: 3 }, () => 'v1 ReplicationController web'),
  )
  const web = await controllers.get('web', 'default')
  expect(web.status).toEqual({
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
  })
  await controllers.update({ ...web, spec: { ...web.spec, replicas: 1 } })
  await cluster.settle()
  expect((await pods.list()).items).toHaveLength(1)
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
  expect(cluster.logged).toEqual([])
})
