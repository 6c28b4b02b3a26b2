import { expect, test } from 'vitest'
import { resources } from '../../shared/api/resources.ts'
import { aNode } from '../../test/support/scheduling-builders.ts'
import { type SimulatedCluster, simulatedCluster } from '../../test/support/simulated-cluster.ts'
import { nodesReady } from './nodes-ready.ts'

async function report({ client }: SimulatedCluster, name: string, status: 'True' | 'False', message: string) {
  const conditions = [{ type: 'Ready', status, reason: 'Kubelet', message }]
  const patch = {
    type: 'application/merge-patch+json',
    subresource: 'status',
    body: { status: { conditions } },
  } as const
  await client.resource(resources.nodes).patch({ name }, patch)
}

async function world() {
  const cluster = await simulatedCluster()
  cluster.informers.of(resources.nodes)
  cluster.informers.start()
  for (const name of ['dev-1', 'dev-2']) {
    const { apiVersion, kind, metadata } = aNode(name).build()
    await cluster.client.resource(resources.nodes).create({ apiVersion, kind, metadata })
    await cluster.client
      .resource(resources.nodes)
      .patch({ name }, { type: 'application/merge-patch+json', body: { spec: { taints: null } } })
  }
  await report(cluster, 'dev-1', 'True', 'kubelet is posting ready status')
  await report(cluster, 'dev-2', 'False', 'container runtime is down')
  await cluster.settle()
  const end: string[] = []
  nodesReady(cluster.informers, ['dev-1', 'dev-2'], cluster.clock).then(
    () => end.push('ready'),
    (error: Error) => end.push(error.message),
  )
  return { cluster, end }
}

test('waits until all are ready', async () => {
  const { cluster, end } = await world()
  await using _ = cluster
  await cluster.advance(59_000)
  expect(end).toEqual([])
  await report(cluster, 'dev-2', 'True', 'kubelet is posting ready status')
  await cluster.settle()
  expect(end).toEqual(['ready'])
  await cluster.advance(60_000)
  expect(end).toEqual(['ready'])
})

test('says after a minute which is not, and what it says', async () => {
  const { cluster, end } = await world()
  await using _ = cluster
  await cluster.advance(60_000)
  expect(end).toEqual(['node "dev-2" is not ready after 60 s: container runtime is down'])
})
