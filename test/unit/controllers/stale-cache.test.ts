import { expect, test } from 'vitest'
import type { Client } from '../../../electron/engine/client/client.ts'
import { registryDiscovery } from '../../../electron/engine/client/discovery.ts'
import { createInformers } from '../../../electron/engine/controller/informers.ts'
import { startControllers } from '../../../electron/engine/controllers/start-controllers.ts'
import { resources } from '../../../shared/api/resources.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import { type SimulatedCluster, simulatedCluster } from '../../support/simulated-cluster.ts'

const LAG_MS = 700

/** The same server, whose watches tell everything late. */
function lagging(client: Client, clock: Clock): Client {
  return {
    ...client,
    resource: (ref) => ({
      ...client.resource(ref),
      watch: (query, onEvents) =>
        client.resource(ref).watch(query, (events) => void clock.after(LAG_MS, () => onEvents(events))),
    }),
  }
}

async function start(): Promise<SimulatedCluster> {
  const cluster = await simulatedCluster()
  const informers = createInformers({ ...cluster, client: lagging(cluster.client, cluster.clock) })
  cluster.started.add(informers)
  cluster.started.add(
    startControllers({
      ...cluster,
      informers,
      discovery: registryDiscovery(cluster.apiServer.context.registry),
      apiServer: { clusterIP: '10.96.0.1', endpoint: { address: '10.1.0.2', port: 6443 } },
      rootCa: 'PEM',
      removeVolume: async () => {},
      copyVolume: async () => {},
      podUsage: () => [],
      policyEnforcement: () => 'none',
    }),
  )
  informers.start()
  await cluster.advance(5000)
  return cluster
}

/** Names of everything of a resource that is created from now on. */
function creationsOf({ store, started }: SimulatedCluster, resource: string): ReadonlySet<string> {
  const created = new Set<string>()
  started.add(
    store.watch({ resource }, store.revision, (events) => {
      for (const { type, stored } of events) if (type === 'ADDED') created.add(stored.key.name)
    }),
  )
  return created
}

test('controllers whose caches lag behind make exactly the pods that are wanted', async () => {
  await using cluster = await start()
  const created = creationsOf(cluster, 'pods')
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } }
  const selector = { matchLabels: { app: 'web' } }
  await cluster.client.resource(resources.deployments).create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 20, selector, template },
  })
  // Changes by hand in between make the controllers look again and again while their caches are old.
  const replicaSets = cluster.client.resource(resources.replicaSets)
  for (let look = 0; look < 30; look++) {
    await cluster.advance(100)
    for (const { metadata } of (await replicaSets.list()).items) {
      const body = { metadata: { annotations: { look: String(look) } } }
      await replicaSets.patch(
        { name: metadata.name ?? '', namespace: 'default' },
        { type: 'application/merge-patch+json', body },
      )
    }
  }
  await cluster.advance(30_000)
  expect((await replicaSets.list()).items).toHaveLength(1)
  expect(created.size).toBe(20)
  cluster.writes()
  await cluster.advance(60_000)
  expect(cluster.writes()).toBe(0)
})

test('a Service gets one slice, however late its events come', async () => {
  await using cluster = await start()
  const created = creationsOf(cluster, 'endpointslices.discovery.k8s.io')
  await cluster.client.resource(resources.services).create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, protocol: 'TCP' }] },
  })
  const services = cluster.client.resource(resources.services)
  for (let look = 0; look < 20; look++) {
    await cluster.advance(100)
    const body = { metadata: { annotations: { look: String(look) } } }
    await services.patch({ name: 'web', namespace: 'default' }, { type: 'application/merge-patch+json', body })
  }
  await cluster.advance(10_000)
  expect(created.size).toBe(1)
})
