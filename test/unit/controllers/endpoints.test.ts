import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { Service } from '../../../shared/api/types/core-v1.ts'
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
