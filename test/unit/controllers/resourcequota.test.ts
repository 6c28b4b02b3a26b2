import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { type World, world } from './world.ts'

async function used({ cluster }: World) {
  const { status } = await cluster.client.resource(resources.resourceQuotas).get('team', 'default')
  return Object.entries(status?.used ?? {}).map(([name, amount]) => `${name} ${amount} of ${status?.hard?.[name]}`)
}

test('a quota tells what the objects that it counts take, and what a finished or deleted one gives back', async () => {
  const started = await world()
  await using cluster = started.cluster
  const pods = cluster.client.resource(resources.pods)
  const hard = {
    pods: '3',
    'requests.cpu': '2',
    services: '5',
    'count/deployments.apps': '1',
    'requests.storage': '5Gi',
  }
  await cluster.client.resource(resources.resourceQuotas).create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'default' },
    spec: { hard },
  })
  for (const name of ['a', 'b']) {
    await pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'web:1', resources: { requests: { cpu: '750m' } } }] },
    })
  }
  await cluster.client.resource(resources.persistentVolumeClaims).create({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
  })
  await cluster.settle()
  // The namespace default has the Service kubernetes.
  const services = 'services 1 of 5'
  expect(await used(started)).toEqual([
    'pods 2 of 3',
    'requests.cpu 1500m of 2',
    services,
    'count/deployments.apps 0 of 1',
    'requests.storage 2Gi of 5Gi',
  ])
  started.kubelet.ignores = ({ status }) => status?.phase === 'Succeeded'
  const a = await pods.get('a', 'default')
  await pods.updateStatus({ ...a, status: { ...a.status, phase: 'Succeeded' } })
  await pods.delete({ name: 'b', namespace: 'default' })
  await cluster.settle()
  expect((await used(started)).slice(0, 3)).toEqual(['pods 0 of 3', 'requests.cpu 0 of 2', services])
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
  expect(cluster.logged).toEqual([])
})
