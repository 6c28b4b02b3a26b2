import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { world } from './world.ts'

test('a policy says by itself that it is not enforced', async () => {
  const { cluster } = await world()
  await using _ = cluster
  await cluster.client.resource(resources.networkPolicies).create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace: 'default' },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  })
  await cluster.settle()
  expect(await cluster.events('deny')).toEqual([
    'Warning NotEnforced: NetworkPolicies are kept but not enforced by this cluster: all traffic is let through',
  ])
})
