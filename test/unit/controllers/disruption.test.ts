import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { PodDisruptionBudgetSpec } from '../../../shared/api/types/policy-v1.ts'
import { type World, world } from './world.ts'

async function start(spec: PodDisruptionBudgetSpec, replicas = 3): Promise<World> {
  const started = await world()
  const { client, settle } = started.cluster
  const labels = { app: 'web' }
  await client.resource(resources.deployments).create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'busybox' }] } },
    },
  })
  await client.resource(resources.podDisruptionBudgets).create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { matchLabels: labels }, ...spec },
  })
  await settle()
  return started
}

async function status({ cluster }: World): Promise<string> {
  const { status } = await cluster.client.resource(resources.podDisruptionBudgets).get('web', 'default')
  const [condition] = status?.conditions ?? []
  return `${status?.currentHealthy} of ${status?.desiredHealthy}, expected ${status?.expectedPods}, allowed ${status?.disruptionsAllowed}, ${condition?.reason}`
}

test.each<[PodDisruptionBudgetSpec, string]>([
  [{ minAvailable: 2 }, '3 of 2, expected 3, allowed 1, SufficientPods'],
  [{ minAvailable: 3 }, '3 of 3, expected 3, allowed 0, InsufficientPods'],
  [{ minAvailable: '50%' }, '3 of 2, expected 3, allowed 1, SufficientPods'],
  [{ maxUnavailable: 1 }, '3 of 2, expected 3, allowed 1, SufficientPods'],
  [{ maxUnavailable: '30%' }, '3 of 2, expected 3, allowed 1, SufficientPods'],
  [{ maxUnavailable: 0 }, '3 of 3, expected 3, allowed 0, InsufficientPods'],
])('a budget of %o', async (spec, expected) => {
  const started = await start(spec)
  await using cluster = started.cluster
  expect(await status(started)).toBe(expected)
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
  expect(cluster.logged).toEqual([])
})

test('evictions are refused beyond the budget and allowed again when pods are back', async () => {
  const started = await start({ minAvailable: 2 })
  await using cluster = started.cluster
  const pods = cluster.client.resource(resources.pods)
  const evict = async () => {
    const { items } = await pods.list()
    const pod = items.find(({ metadata, status }) => status?.phase === 'Running' && !metadata.deletionTimestamp)
    const { name = '', namespace } = pod?.metadata ?? {}
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }
    await pods.createSubresource({ name, namespace }, 'eviction', eviction)
  }
  await evict()
  await expect(evict()).rejects.toThrow("Cannot evict pod as it would violate the pod's disruption budget.")
  await cluster.advance(60_000)
  expect(await status(started)).toBe('3 of 2, expected 3, allowed 1, SufficientPods')
  await evict()
})

test('a trial uses nothing up, and a pod that is not ready may go while the others are enough', async () => {
  const started = await start({ minAvailable: 2 })
  await using cluster = started.cluster
  const pods = cluster.client.resource(resources.pods)
  const [first, second] = (await pods.list()).items
  const evict = async (name = '', dryRun: string[] = []) => {
    const metadata = { name, namespace: 'default' }
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata, deleteOptions: { dryRun } }
    await pods.createSubresource(metadata, 'eviction', eviction)
  }
  await evict(first?.metadata.name, ['All'])
  await evict(first?.metadata.name, ['All'])
  await cluster.settle()
  expect(await status(started)).toBe('3 of 2, expected 3, allowed 1, SufficientPods')
  expect((await pods.list()).items.some(({ metadata }) => metadata.deletionTimestamp)).toBe(false)
  // Sick, and left so.
  started.kubelet.ignores = ({ metadata }) => metadata.uid === first?.metadata.uid
  const conditions = first?.status?.conditions?.map((each) => ({ ...each, status: 'False' })) ?? []
  if (first) await pods.updateStatus({ ...first, status: { ...first.status, conditions } })
  await cluster.settle()
  expect(await status(started)).toBe('2 of 2, expected 3, allowed 0, InsufficientPods')
  await expect(evict(second?.metadata.name)).rejects.toThrow('violate')
  await evict(first?.metadata.name)
})

test('a workload that is scaled changes how many pods are expected, though no pod has changed yet', async () => {
  const started = await start({ maxUnavailable: 1 })
  await using cluster = started.cluster
  const { client } = cluster
  const at = { name: 'web', namespace: 'default' }
  // Nobody makes or ends pods now: what the budget sees is the workload alone.
  await client.resource(resources.resourceQuotas).create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: at,
    spec: { hard: { pods: '3' } },
  })
  const patch = { type: 'application/merge-patch+json', subresource: 'scale', body: { spec: { replicas: 5 } } } as const
  await client.resource(resources.deployments).patch(at, patch)
  await cluster.settle()
  expect(await status(started)).toBe('3 of 4, expected 5, allowed 0, InsufficientPods')
})
