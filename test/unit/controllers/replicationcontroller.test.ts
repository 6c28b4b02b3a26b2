import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { ReplicationController } from '../../../shared/api/types/core-v1.ts'
import { names } from '../../support/simulated-cluster.ts'
import { type World, world } from './world.ts'

const labels = { app: 'old' }

function controller(name: string, replicas: number): ReplicationController {
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'busybox' }] } },
    },
  }
}

async function start(replicas = 2): Promise<World> {
  const started = await world()
  await started.cluster.client.resource(resources.replicationControllers).create(controller('old', replicas))
  await started.cluster.settle()
  return started
}

async function scale({ cluster }: World, replicas: number): Promise<void> {
  const patch = { type: 'application/merge-patch+json', subresource: 'scale', body: { spec: { replicas } } } as const
  await cluster.client.resource(resources.replicationControllers).patch({ name: 'old', namespace: 'default' }, patch)
  await cluster.settle()
}

async function pods({ cluster }: World) {
  return (await cluster.client.resource(resources.pods).list({ namespace: 'default' })).items
}

async function status({ cluster }: World) {
  return (await cluster.client.resource(resources.replicationControllers).get('old', 'default')).status
}

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

test('what keeps pods from being made is its condition ReplicaFailure until it is over', async () => {
  const started = await start()
  await using cluster = started.cluster
  const quotas = cluster.client.resource(resources.resourceQuotas)
  const metadata = { name: 'few', namespace: 'default' }
  await quotas.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '2' } } })
  await scale(started, 3)
  const why = 'is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2'
  expect((await status(started))?.conditions).toMatchObject([
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: expect.stringContaining(why) },
  ])
  expect((await cluster.events('old')).at(-1)).toContain(why)
  await quotas.delete(metadata)
  await cluster.advance(60_000)
  expect(await status(started)).toMatchObject({ replicas: 3 })
  expect((await status(started))?.conditions).toBeUndefined()
})

test('Services and disruption budgets count its pods; deleted as an orphan it leaves them for the next one', async () => {
  const started = await start()
  await using cluster = started.cluster
  const { client } = cluster
  const metadata = { name: 'old', namespace: 'default' }
  await client.resource(resources.services).create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: labels, ports: [{ port: 80 }] },
  })
  await client.resource(resources.podDisruptionBudgets).create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { selector: { matchLabels: labels }, maxUnavailable: 1 },
  })
  await cluster.settle()
  const { subsets } = await client.resource(resources.endpoints).get('old', 'default')
  expect(subsets?.[0]?.addresses).toHaveLength(2)
  const budget = await client.resource(resources.podDisruptionBudgets).get('old', 'default')
  expect(budget.status).toMatchObject({ expectedPods: 2, disruptionsAllowed: 1 })

  const before = names(await pods(started))
  await client.resource(resources.replicationControllers).delete(metadata, { propagationPolicy: 'Orphan' })
  await cluster.settle()
  expect((await pods(started)).map(({ metadata: { name, ownerReferences } }) => [name, ownerReferences])).toEqual(
    before.map((name) => [name, undefined]),
  )
  await client.resource(resources.replicationControllers).create(controller('next', 2))
  await cluster.settle()
  expect(names(await pods(started))).toEqual(before)
  expect((await pods(started))[0]?.metadata.ownerReferences).toMatchObject([
    { apiVersion: 'v1', kind: 'ReplicationController', name: 'next', controller: true },
  ])
})
