import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import { createNamespace, names } from '../../support/simulated-cluster.ts'
import { pod, world } from './world.ts'

test('a new cluster has its system namespaces, accounts, priority classes and the Service kubernetes', async () => {
  await using cluster = (await world()).cluster
  const { client } = cluster
  expect(names((await client.resource(resources.namespaces).list()).items)).toEqual([
    'default',
    'kube-node-lease',
    'kube-public',
    'kube-system',
  ])
  expect((await client.resource(resources.serviceAccounts).list()).items).toHaveLength(4)
  const ca = await client.resource(resources.configMaps).get('kube-root-ca.crt', 'kube-public')
  expect(ca.data).toEqual({ 'ca.crt': 'PEM' })
  expect((await client.resource(resources.priorityClasses).get('system-node-critical')).value).toBe(2_000_001_000)
  expect((await client.resource(resources.services).get('kubernetes', 'default')).spec?.clusterIP).toBe('10.96.0.1')
  const slices = (await client.resource(resources.endpointSlices).list({ namespace: 'default' })).items
  expect(slices.map(({ endpoints }) => endpoints?.[0]?.addresses)).toEqual([['10.1.0.2']])
  expect(cluster.logged).toEqual([])
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
})

test('what belongs to every namespace comes back when it is deleted or changed', async () => {
  await using cluster = (await world()).cluster
  const { client } = cluster
  await client.resource(resources.serviceAccounts).delete({ name: 'default', namespace: 'default' })
  const configMaps = client.resource(resources.configMaps)
  const ca = await configMaps.get('kube-root-ca.crt', 'default')
  await configMaps.update({ ...ca, data: { 'ca.crt': 'forged' } })
  await cluster.settle()
  expect((await client.resource(resources.serviceAccounts).get('default', 'default')).metadata.name).toBe('default')
  expect((await configMaps.get('kube-root-ca.crt', 'default')).data).toEqual({ 'ca.crt': 'PEM' })
})

test('deleting a namespace deletes everything in it, pods first, and says what it waits for', async () => {
  const { cluster, kubelet } = await world()
  await using _ = cluster
  const { client } = cluster
  await createNamespace(client, 'shop')
  const inShop = <T extends { metadata: object }>(object: T) => ({
    ...object,
    metadata: { ...object.metadata, namespace: 'shop' },
  })
  await client.resource(resources.pods).create(inShop(pod('web', { nodeName: 'node-1' })))
  const settings = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', finalizers: ['example.com/hold'] },
  }
  await client.resource(resources.configMaps).create(inShop(settings))
  await cluster.settle()
  kubelet.keeps = () => true
  await client.resource(resources.namespaces).delete({ name: 'shop' })
  await cluster.settle()
  let shop = await client.resource(resources.namespaces).get('shop')
  const messages = (of: typeof shop) =>
    (of.status?.conditions ?? []).filter(({ status }) => status === 'True').map(({ message }) => message)
  expect(shop.status?.phase).toBe('Terminating')
  expect(messages(shop)).toEqual(['Some resources are remaining: pods. has 1 resource instances'])

  await client.resource(resources.pods).delete({ name: 'web', namespace: 'shop' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  shop = await client.resource(resources.namespaces).get('shop')
  expect(messages(shop)).toEqual([
    'Some resources are remaining: configmaps. has 1 resource instances',
    'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ])
  expect(shop.status?.conditions?.map(({ reason }) => reason)).toEqual([
    'ResourcesDiscovered',
    'ParsedGroupVersions',
    'ContentDeleted',
    'SomeResourcesRemain',
    'SomeFinalizersRemain',
  ])
  const held = await client.resource(resources.configMaps).get('settings', 'shop')
  await client.resource(resources.configMaps).update({ ...held, metadata: { ...held.metadata, finalizers: [] } })
  await cluster.advance(5000)
  await expect(client.resource(resources.namespaces).get('shop')).rejects.toSatisfy((error) =>
    isApiError(error, 'NotFound'),
  )
  expect(cluster.logged).toEqual([])
})
