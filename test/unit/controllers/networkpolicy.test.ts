import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { type World, world } from './world.ts'

async function told(enforcement: World['policyEnforcement'], later?: World['policyEnforcement']): Promise<string[]> {
  const running = await world()
  const { cluster } = running
  await using _ = cluster
  running.policyEnforcement = enforcement
  await cluster.client.resource(resources.networkPolicies).create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace: 'default' },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  })
  await cluster.settle()
  running.policyEnforcement = later ?? enforcement
  await cluster.advance(2000)
  return cluster.events('deny')
}

test('a policy that is enforced says nothing', async () => {
  expect(await told('full')).toEqual([])
  expect(await told('unknown', 'full')).toEqual([])
})

test('a policy says by itself that it is not enforced', async () => {
  const message =
    "NetworkPolicies are kept but not enforced by this cluster, because the container engine's kernel lacks what they need: all traffic is let through"
  expect(await told('none')).toEqual([`Warning NotEnforced: ${message}`])
})

test('a policy says what of it is not enforced, once that is known', async () => {
  const message =
    "NetworkPolicies are enforced between pods, but not for connections through Services, because the container engine's kernel lacks what they need: those are let through"
  expect(await told('unknown', 'between pods')).toEqual([`Warning NotEnforced: ${message}`])
})
