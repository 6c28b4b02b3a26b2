import { expect, test } from 'vitest'
import { resources } from '../../../../shared/api/resources.ts'
import { ManualClock } from '../../../../shared/lang/manual-clock.ts'
import { createApiServer } from '../../apiserver/api-server.ts'
import { bootstrapCluster } from '../../apiserver/bootstrap/bootstrap-cluster.ts'
import { createClient } from '../../client/in-process-client.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { startDns } from './start-dns.ts'

const options = { image: 'slipway/coredns:1', serviceIP: '10.77.128.10' }

async function cluster() {
  const clock = new ManualClock()
  let ids = 0
  const random = { uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`, number: () => 0.5 }
  const serviceCidr = '10.77.128.0/17'
  const server = createApiServer({ store: memoryStore({ clock, freeze: true }), clock, random, serviceCidr })
  await bootstrapCluster(server)
  return createClient(server, { name: 'kubernetes-admin', groups: ['system:masters'] })
}

test('DNS is a Deployment behind the fixed Service address', async () => {
  const client = await cluster()
  await startDns(client, options)
  const service = await client.resource(resources.services).get('kube-dns', 'kube-system')
  expect(service.spec?.clusterIP).toBe('10.77.128.10')
  expect(service.spec?.ports?.map(({ protocol, port }) => `${protocol} ${port}`)).toEqual(['UDP 53', 'TCP 53'])
  const deployment = await client.resource(resources.deployments).get('coredns', 'kube-system')
  expect(deployment.spec?.template.metadata?.labels).toEqual(service.spec?.selector)
  expect(deployment.spec?.template.spec?.containers[0]?.image).toBe('slipway/coredns:1')
})

test('a newer Slipway brings its image and leaves what the user changed', async () => {
  const client = await cluster()
  await startDns(client, options)
  const key = { name: 'coredns', namespace: 'kube-system' }
  const type = 'application/merge-patch+json'
  await client.resource(resources.configMaps).patch(key, { type, body: { data: { Corefile: 'mine' } } })
  await client.resource(resources.deployments).patch(key, { type, body: { spec: { replicas: 2 } } })
  await startDns(client, { ...options, image: 'slipway/coredns:2' })
  expect((await client.resource(resources.configMaps).get(key.name, key.namespace)).data?.Corefile).toBe('mine')
  const { spec } = await client.resource(resources.deployments).get(key.name, key.namespace)
  expect([spec?.replicas, spec?.template.spec?.containers[0]?.image]).toEqual([2, 'slipway/coredns:2'])
})
