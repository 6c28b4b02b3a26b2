import { expect, test } from 'vitest'
import { ServiceProxy } from '../../../electron/engine/network/rules/service-proxy.ts'
import { resources } from '../../../shared/api/resources.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Endpoints, Service } from '../../../shared/api/types/core-v1.ts'
import { pod, type World, world } from './world.ts'

function service(spec: Service['spec'] = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', labels: { tier: 'front' } },
    spec: {
      selector: { app: 'web' },
      clusterIP: '10.96.0.10',
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
      ...spec,
    },
  }
}

const containers = [{ name: 'web', image: 'web:1', ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }]

async function addPod({ cluster }: World, name: string): Promise<void> {
  await cluster.client.resource(resources.pods).create(pod(name, { nodeName: 'node-1', containers }, { app: 'web' }))
}

async function slicesOf({ cluster }: World) {
  const { items } = await cluster.client.resource(resources.endpointSlices).list({ namespace: 'default' })
  return items.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web')
}

test('a Service without pods has one empty slice and empty Endpoints; pods join by their named port', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.services).create(service())
  await cluster.settle()
  expect((await slicesOf(started)).map(({ endpoints, ports }) => [endpoints ?? [], ports ?? []])).toEqual([[[], []]])
  await addPod(started, 'a')
  await cluster.settle()
  const slices = await slicesOf(started)
  expect(slices).toHaveLength(1)
  expect(slices[0]).toMatchObject({
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [
      {
        addresses: ['10.1.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: 'node-1',
        zone: 'a',
        targetRef: { kind: 'Pod', name: 'a', namespace: 'default' },
      },
    ],
    metadata: {
      labels: {
        tier: 'front',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': expect.any(String) },
    },
  })
  const endpoints = await cluster.client.resource(resources.endpoints).get('web', 'default')
  expect(endpoints.subsets).toMatchObject([
    { addresses: [{ ip: '10.1.0.1', nodeName: 'node-1' }], ports: [{ name: 'http', port: 8080 }] },
  ])
  expect(cluster.logged).toEqual([])
})

test('a pod that stops stays as terminating, and leaves when it is gone', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.services).create(service())
  for (const name of ['a', 'b']) await addPod(started, name)
  await cluster.settle()
  started.kubelet.keeps = () => true
  await cluster.client.resource(resources.pods).delete({ name: 'a', namespace: 'default' })
  await cluster.settle()
  const [slice] = await slicesOf(started)
  const conditions = slice?.endpoints?.map(({ targetRef, conditions }) => [targetRef?.name, conditions]).sort()
  expect(conditions).toEqual([
    ['a', { ready: false, serving: true, terminating: true }],
    ['b', { ready: true, serving: true, terminating: false }],
  ])
  const endpoints = await cluster.client.resource(resources.endpoints).get('web', 'default')
  expect(endpoints.subsets?.[0]?.addresses?.map(({ targetRef }) => targetRef?.name)).toEqual(['b'])
  await cluster.client.resource(resources.pods).delete({ name: 'a', namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  expect((await slicesOf(started))[0]?.endpoints).toHaveLength(1)
})

test('250 pods fill slices of at most 100, one more changes one slice, and deleting the Service deletes them', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.services).create(service())
  for (let index = 0; index < 250; index++) await addPod(started, `pod-${index}`)
  await cluster.settle()
  const sizes = (await slicesOf(started)).map(({ endpoints }) => endpoints?.length ?? 0)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(250)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
  const before = new Map((await slicesOf(started)).map(({ metadata }) => [metadata.name, metadata.resourceVersion]))
  await cluster.client
    .resource(resources.pods)
    .delete({ name: 'pod-7', namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  const changed = (await slicesOf(started)).filter(
    ({ metadata }) => before.get(metadata.name) !== metadata.resourceVersion,
  )
  expect(changed).toHaveLength(1)
  await cluster.client.resource(resources.services).delete({ name: 'web', namespace: 'default' })
  await cluster.settle()
  expect(await slicesOf(started)).toEqual([])
  expect(cluster.logged).toEqual([])
})

test('publishNotReadyAddresses and headless Services publish what DNS needs', async () => {
  const started = await world()
  await using cluster = started.cluster
  started.kubelet.neverReady = () => true
  const spec = { clusterIP: 'None', publishNotReadyAddresses: true, ports: [] }
  await cluster.client.resource(resources.services).create(service(spec))
  const named = pod('db-0', { nodeName: 'node-1', hostname: 'db-0', subdomain: 'web' }, { app: 'web' })
  await cluster.client.resource(resources.pods).create(named)
  await cluster.settle()
  const [slice] = await slicesOf(started)
  expect(slice?.endpoints).toMatchObject([{ hostname: 'db-0', conditions: { ready: true, serving: false } }])
  expect(slice?.metadata.labels?.['service.kubernetes.io/headless']).toBe('')
})

test('Endpoints that someone writes for a Service without a selector are mirrored into slices', async () => {
  const started = await world()
  await using cluster = started.cluster
  const endpoints = cluster.client.resource(resources.endpoints)
  const { selector: _, ...spec } = service().spec ?? {}
  await cluster.client.resource(resources.services).create({ ...service(), spec })
  const metadata = { name: 'web', namespace: 'default', labels: { by: 'hand' }, annotations: { note: 'here' } }
  const ports = [{ name: 'http', port: 8080 }]
  const subsets = [{ addresses: [{ ip: '192.0.2.1' }], notReadyAddresses: [{ ip: '192.0.2.2' }], ports }]
  await endpoints.create({ apiVersion: 'v1', kind: 'Endpoints', metadata, subsets } as Endpoints)
  await cluster.settle()
  const [slice, ...others] = await slicesOf(started)
  expect(others).toEqual([])
  expect(slice).toMatchObject({
    metadata: {
      labels: { by: 'hand', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
      annotations: { note: 'here' },
      ownerReferences: [{ kind: 'Endpoints', name: 'web', controller: true }],
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['192.0.2.1'], conditions: { ready: true } },
      { addresses: ['192.0.2.2'], conditions: { ready: false } },
    ],
  })
  const patch = (body: object) =>
    endpoints.patch({ name: 'web', namespace: 'default' }, { type: 'application/merge-patch+json', body })
  await patch({ subsets: [{ addresses: [{ ip: '192.0.2.3' }], ports }] })
  await cluster.settle()
  const after = await slicesOf(started)
  expect(after.map(({ metadata, endpoints }) => [metadata.name, endpoints?.map(({ addresses }) => addresses)])).toEqual(
    [[slice?.metadata.name, [['192.0.2.3']]]],
  )
  await patch({ metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } } })
  await cluster.settle()
  expect(await slicesOf(started)).toEqual([])
  expect(cluster.logged).toEqual([])
})

test('Endpoints that someone writes go with their Service, and stay where there is none', async () => {
  const started = await world()
  await using cluster = started.cluster
  const endpoints = cluster.client.resource(resources.endpoints)
  const services = cluster.client.resource(resources.services)
  const { selector: _, ...spec } = service().spec ?? {}
  const write = (name: string) =>
    endpoints.create({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name, namespace: 'default' },
      subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ name: 'http', port: 8080 }] }],
    } as Endpoints)
  await services.create({ ...service(), spec })
  await write('web')
  await write('alone')
  await cluster.settle()
  const names = async () => (await endpoints.list({ namespace: 'default' })).items.map(({ metadata }) => metadata.name)
  const owners = async () => (await slicesOf(started)).map(({ metadata }) => metadata.ownerReferences?.[0]?.kind)
  expect([await names(), await owners()]).toEqual([['alone', 'kubernetes', 'web'], ['Endpoints']])
  await services.delete({ name: 'web', namespace: 'default' })
  await cluster.settle()
  expect([await names(), await owners()]).toEqual([['alone', 'kubernetes'], []])
  await write('web')
  await cluster.settle()
  expect([await names(), await owners()]).toEqual([['alone', 'kubernetes', 'web'], []])
  expect(cluster.logged).toEqual([])
})

test('a Service that gets a selector has slices of its pods, not of its Endpoints', async () => {
  const started = await world()
  await using cluster = started.cluster
  const { selector, ...spec } = service().spec ?? {}
  const services = cluster.client.resource(resources.services)
  await services.create({ ...service(), spec })
  await cluster.client.resource(resources.endpoints).create({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: 'default' },
    subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }],
  } as Endpoints)
  await cluster.settle()
  expect(await slicesOf(started)).toHaveLength(1)
  await services.patch(
    { name: 'web', namespace: 'default' },
    { type: 'application/merge-patch+json', body: { spec: { selector } } },
  )
  await cluster.settle()
  expect(
    (await slicesOf(started)).map(({ metadata, endpoints }) => [
      metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
      endpoints ?? [],
    ]),
  ).toEqual([['endpointslice-controller.k8s.io', []]])
})

test.each([
  ['PreferClose', { forZones: [{ name: 'a' }] }],
  ['PreferSameZone', { forZones: [{ name: 'a' }] }],
  ['PreferSameNode', { forZones: [{ name: 'a' }], forNodes: [{ name: 'node-1' }] }],
])('trafficDistribution %s gives ready endpoints hints, and takes them back', async (trafficDistribution, hints) => {
  const started = await world()
  await using cluster = started.cluster
  const services = cluster.client.resource(resources.services)
  await services.create(service({ trafficDistribution }))
  await addPod(started, 'a')
  await cluster.settle()
  const found = async () =>
    (await slicesOf(started)).flatMap(({ endpoints }) => (endpoints ?? []).map((each) => each.hints))
  expect(await found()).toEqual([hints])
  await services.patch(
    { name: 'web', namespace: 'default' },
    { type: 'application/merge-patch+json', body: { spec: { trafficDistribution: null } } },
  )
  await cluster.settle()
  expect(await found()).toEqual([undefined])
})

test('a pod that fails its readiness is out of the rules within a second, and back when it is ready again', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.services).create(service())
  for (const name of ['a', 'b']) await addPod(started, name)
  await cluster.settle()
  let backends: string[] = []
  cluster.started.add(
    new ServiceProxy({
      ...cluster,
      services: cluster.informers.of(resources.services),
      endpointSlices: cluster.informers.of(resources.endpointSlices),
      apply: async (table) => {
        const entry = table.find(({ service }) => service === 'web')
        backends = entry?.backends.map(({ ip }) => ip) ?? []
      },
    }),
  )
  await cluster.advance(1000)
  expect(backends).toEqual(['10.1.0.1', '10.1.0.2'])
  const become = async (status: 'True' | 'False') => {
    started.kubelet.neverReady = ({ metadata }) => status === 'False' && metadata.name === 'a'
    const pods = cluster.client.resource(resources.pods)
    const pod = await pods.get('a', 'default')
    const conditions = [{ type: 'Ready', status, lastTransitionTime: timestamp(cluster.clock.now()) }]
    await pods.updateStatus({ ...pod, status: { ...pod.status, conditions } })
    await cluster.advance(1000)
  }
  await become('False')
  expect(backends).toEqual(['10.1.0.2'])
  await become('True')
  expect(backends).toEqual(['10.1.0.1', '10.1.0.2'])
})
