import { expect, test } from 'vitest'
import type { DeleteOptions } from '../../../electron/engine/client/client.ts'
import { resources } from '../../../shared/api/resources.ts'
import type { ConfigMap } from '../../../shared/api/types/core-v1.ts'
import { createNamespace, names, type SimulatedCluster } from '../../support/simulated-cluster.ts'
import { world } from './world.ts'

interface Owned {
  readonly owners?: readonly ConfigMap[]
  readonly namespace?: string
  readonly blocks?: boolean
  readonly finalizers?: string[]
}

async function configMap({ client }: SimulatedCluster, name: string, options: Owned = {}): Promise<ConfigMap> {
  const { owners = [], namespace = 'default', blocks = true, finalizers = [] } = options
  const ownerReferences = owners.map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    blockOwnerDeletion: blocks,
  }))
  const metadata = { name, namespace, ownerReferences, finalizers }
  return client.resource(resources.configMaps).create({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
}

async function remove(cluster: SimulatedCluster, name: string, options?: DeleteOptions): Promise<void> {
  await cluster.client.resource(resources.configMaps).delete({ name, namespace: 'default' }, options)
  await cluster.settle()
}

async function left({ client }: SimulatedCluster, namespace = 'default'): Promise<string[]> {
  const { items } = await client.resource(resources.configMaps).list({ namespace })
  return names(items).filter((name) => name !== 'kube-root-ca.crt')
}

test('background deletion takes the whole tree below an owner', async () => {
  await using cluster = (await world()).cluster
  const root = await configMap(cluster, 'root')
  const child = await configMap(cluster, 'child', { owners: [root] })
  await configMap(cluster, 'grandchild', { owners: [child] })
  await configMap(cluster, 'bystander')
  await cluster.settle()
  expect(await left(cluster)).toEqual(['bystander', 'child', 'grandchild', 'root'])
  await remove(cluster, 'root')
  expect(await left(cluster)).toEqual(['bystander'])
  expect(cluster.logged).toEqual([])
})

test('an object with another living owner loses only the reference to the dead one', async () => {
  await using cluster = (await world()).cluster
  const first = await configMap(cluster, 'first')
  const second = await configMap(cluster, 'second')
  await configMap(cluster, 'shared', { owners: [first, second] })
  await cluster.settle()
  await remove(cluster, 'first')
  const shared = await cluster.client.resource(resources.configMaps).get('shared', 'default')
  expect(shared.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['second'])
  await remove(cluster, 'second')
  expect(await left(cluster)).toEqual([])
})

test('foreground deletion keeps the owner until every dependent that blocks it is gone', async () => {
  await using cluster = (await world()).cluster
  const root = await configMap(cluster, 'root')
  await configMap(cluster, 'held', { owners: [root], finalizers: ['example.com/hold'] })
  await configMap(cluster, 'free', { owners: [root], blocks: false })
  await cluster.settle()
  await remove(cluster, 'root', { propagationPolicy: 'Foreground' })
  expect(await left(cluster)).toContain('root')
  const configMaps = cluster.client.resource(resources.configMaps)
  const held = await configMaps.get('held', 'default')
  expect(held.metadata.deletionTimestamp).toBeDefined()
  await configMaps.update({ ...held, metadata: { ...held.metadata, finalizers: [] } })
  await cluster.settle()
  expect(await left(cluster)).toEqual([])
})

test('orphan deletion leaves the dependents, without the reference', async () => {
  await using cluster = (await world()).cluster
  const root = await configMap(cluster, 'root')
  await configMap(cluster, 'child', { owners: [root] })
  await cluster.settle()
  await remove(cluster, 'root', { propagationPolicy: 'Orphan' })
  expect(await left(cluster)).toEqual(['child'])
  const child = await cluster.client.resource(resources.configMaps).get('child', 'default')
  expect(child.metadata.ownerReferences ?? []).toEqual([])
})

test('an owner in another namespace is no owner, which an event tells', async () => {
  await using cluster = (await world()).cluster
  await createNamespace(cluster.client, 'other')
  const owner = await configMap(cluster, 'owner', { namespace: 'other' })
  await configMap(cluster, 'child', { owners: [owner] })
  await cluster.settle()
  expect(await left(cluster)).toEqual([])
  expect(await cluster.events('child')).toEqual([
    `Warning OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "default"`,
  ])
  expect(await left(cluster, 'other')).toEqual(['owner'])
})

test('an owner that never existed makes its dependents garbage, one of an unknown kind does not', async () => {
  await using cluster = (await world()).cluster
  await configMap(cluster, 'garbage', {
    owners: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ghost', uid: 'gone' } }],
  })
  const ownerReferences = [{ apiVersion: 'example.com/v1', kind: 'Unknown', name: 'x', uid: 'unknown' }]
  const metadata = { name: 'kept', namespace: 'default', ownerReferences }
  await cluster.client.resource(resources.configMaps).create({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
  await cluster.settle()
  expect(await left(cluster)).toEqual(['kept'])
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
})
