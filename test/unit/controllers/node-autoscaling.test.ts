import { expect, test } from 'vitest'
import { startDisruptionController } from '../../../electron/engine/controllers/disruption/reconcile.ts'
import { startNodeAutoscaler } from '../../../electron/engine/controllers/node-autoscaling/reconcile.ts'
import type { NodeGroup, ScalableNodes } from '../../../electron/engine/controllers/node-autoscaling/scalable-nodes.ts'
import { placementSimulator } from '../../../electron/engine/scheduler/simulate-placement.ts'
import { startScheduler } from '../../../electron/engine/scheduler/start-scheduler.ts'
import { nodeTimings } from '../../../shared/api/node-timings.ts'
import { resources } from '../../../shared/api/resources.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import { aNode, aPod } from '../../support/scheduling-builders.ts'
import { createNamespace, names, type SimulatedCluster, simulatedCluster } from '../../support/simulated-cluster.ts'

const MINUTE = 60_000

/** A cluster with a scheduler whose nodes of one core come and go; pods run at once, and end when they are deleted. */
async function world(limits: { max: number; min?: number; room?: number } = { max: 3 }) {
  const cluster = await simulatedCluster()
  const { client, informers, clock, logger } = cluster
  const nodes = client.resource(resources.nodes)
  const pods = client.resource(resources.pods)
  const create = async (name: string) => {
    const { metadata, status } = aNode(name).cpu('1').build()
    const at = timestamp(clock.now())
    const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: at, lastTransitionTime: at }]
    const node: Node = { apiVersion: 'v1', kind: 'Node', metadata }
    await nodes.updateStatus({ ...(await nodes.create(node)), status: { ...status, conditions } })
    await nodes.patch({ name }, { type: 'application/merge-patch+json', body: { spec: { taints: null } } })
  }
  const added: string[] = []
  let size = 1
  const pool: ScalableNodes & { fails: boolean } = {
    fails: false,
    state: (): NodeGroup => ({
      name: 'dev',
      size,
      max: limits.max,
      min: limits.min ?? 0,
      room: limits.room ?? 10,
      added,
      template: aNode('next').cpu('1').build(),
    }),
    async add() {
      if (pool.fails) throw new Error('the engine is away')
      size += 1
      added.push(`dev-${size}`)
      await create(`dev-${size}`)
    },
    async remove(name) {
      size -= 1
      added.splice(added.indexOf(name), 1)
      await nodes.delete({ name })
    },
  }
  const isSilent = (name: string) => {
    const conditions = informers.of(resources.nodes).get(name)?.status?.conditions ?? []
    return conditions.some(({ type, status }) => type === 'Ready' && status === 'Unknown')
  }
  const act = async ({ metadata, spec, status }: Pod) => {
    if (isSilent(spec?.nodeName ?? '')) return
    const key = { name: metadata.name ?? '', namespace: 'default' }
    if (metadata.deletionTimestamp) await pods.delete(key, { gracePeriodSeconds: 0 }).catch(() => undefined)
    else if (spec?.nodeName && status?.phase !== 'Running') {
      const conditions = [{ type: 'Ready', status: 'True' }]
      const body = { status: { phase: 'Running', conditions } }
      await pods.patch(key, { type: 'application/merge-patch+json', subresource: 'status', body })
    }
  }
  const run = (pod: Pod) =>
    queueMicrotask(() => void act(pod).catch((error: unknown) => cluster.logged.push(`${error}`)))
  cluster.started.add(informers.of(resources.pods).onChange({ added: run, updated: (_, pod) => run(pod) }))
  cluster.started.add(startScheduler({ client, informers, clock, logger, random: () => 0 }))
  cluster.started.add(startDisruptionController(cluster))
  cluster.started.add(
    startNodeAutoscaler({
      ...cluster,
      scalableNodes: pool,
      simulatePlacement: placementSimulator(informers),
      scalingTimings: nodeTimings.standard.scaling,
    }),
  )
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }
  await client.resource(resources.serviceAccounts).create(account)
  await createNamespace(client, 'kube-system')
  informers.start()
  await create('dev-1')
  await cluster.settle()
  return { cluster, pool, added }
}

const OWNER = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r', controller: true }

async function run({ client }: SimulatedCluster, name: string, cpu: string, annotations = {}): Promise<void> {
  const { uid: _, generation: __, ...metadata } = aPod(name).label('app', name).build().metadata
  const { spec } = aPod(name).requests({ cpu }).build()
  await client.resource(resources.pods).create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, annotations, ownerReferences: [OWNER] },
    ...(spec ? { spec } : {}),
  })
}

const nodeOf = async ({ client }: SimulatedCluster, name: string) =>
  (await client.resource(resources.pods).get(name, 'default')).spec?.nodeName
const nodeNames = async ({ client }: SimulatedCluster) => names((await client.resource(resources.nodes).list()).items)
/** What the autoscaler said about an object. */
const said = async (cluster: SimulatedCluster, name: string) =>
  (await cluster.events(name)).filter((line) => /Scale|Scaled/.test(line))

test('pods without room get nodes, once, and run there', async () => {
  const { cluster } = await world()
  await using _ = cluster
  for (const name of ['a', 'b', 'c', 'd']) await run(cluster, name, '500m')
  await cluster.advance(11_000)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2'])
  expect(new Set(await Promise.all(['a', 'b', 'c', 'd'].map((name) => nodeOf(cluster, name))))).toEqual(
    new Set(['dev-1', 'dev-2']),
  )
  expect(await said(cluster, 'd')).toEqual(['Normal TriggeredScaleUp: pod triggered scale-up: [{dev 1->2 (max: 3)}]'])
  expect(await said(cluster, 'cluster-autoscaler-status')).toEqual([
    'Normal ScaledUpGroup: Scale-up: setting group dev size to 2 instead of 1 (max: 3)',
  ])
  cluster.writes()
  await cluster.advance(5 * MINUTE)
  expect(cluster.writes()).toBe(0)
  expect(cluster.logged).toEqual([])
})

test('more than the limit, or a pod that no node could hold, is told once', async () => {
  const { cluster } = await world({ max: 2 })
  await using _ = cluster
  await run(cluster, 'huge', '3')
  await cluster.advance(11_000)
  expect(await nodeNames(cluster)).toEqual(['dev-1'])
  expect(await said(cluster, 'huge')).toEqual([
    "Normal NotTriggerScaleUp: pod didn't trigger scale-up: 1 Insufficient cpu",
  ])
  for (const name of ['a', 'b', 'c']) await run(cluster, name, '1')
  await cluster.advance(MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2'])
  const lines = (await Promise.all(['a', 'b', 'c'].map((name) => said(cluster, name)))).flat()
  expect(lines.filter((line) => line.includes('Not'))).toEqual([
    "Normal NotTriggerScaleUp: pod didn't trigger scale-up: 1 max node group size reached",
  ])
})

test('an empty node goes after ten minutes, the nodes that were there before never do', async () => {
  const { cluster } = await world()
  await using _ = cluster
  await run(cluster, 'a', '1')
  await run(cluster, 'b', '1')
  await cluster.advance(11_000)
  const pods = cluster.client.resource(resources.pods)
  for (const name of ['a', 'b']) await pods.delete({ name, namespace: 'default' })
  await cluster.advance(9 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2'])
  await cluster.advance(2 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1'])
  expect(await said(cluster, 'cluster-autoscaler-status')).toContain(
    'Normal ScaleDownEmpty: Scale-down: removing empty node "dev-2"',
  )
  expect(await said(cluster, 'dev-2')).toEqual([
    'Normal ScaleDown: marked the node as toBeDeleted/unschedulable',
    'Normal ScaleDown: node removed by cluster autoscaler',
  ])
  await cluster.advance(30 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1'])
})

test('a node is drained before it goes, and stays while a budget protects its pods', async () => {
  const { cluster } = await world()
  await using _ = cluster
  await run(cluster, 'first', '1')
  await run(cluster, 'small', '200m')
  await cluster.advance(11_000)
  expect(await nodeOf(cluster, 'small')).toBe('dev-2')
  await cluster.client.resource(resources.podDisruptionBudgets).create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'small', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'small' } }, minAvailable: 1 },
  })
  await cluster.client.resource(resources.pods).delete({ name: 'first', namespace: 'default' })
  await cluster.advance(30 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2'])
  await cluster.client.resource(resources.podDisruptionBudgets).delete({ name: 'small', namespace: 'default' })
  await cluster.advance(9 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2'])
  await cluster.advance(2 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1'])
  expect(await said(cluster, 'small')).toContain('Normal ScaleDown: deleting pod for node scale down')
  expect(cluster.logged).toEqual([])
})

test('while no node is ready the fault is ours, and none is added', async () => {
  const { cluster } = await world()
  await using _ = cluster
  const body = { status: { conditions: [{ type: 'Ready', status: 'False' }] } }
  const patch = { type: 'application/strategic-merge-patch+json', subresource: 'status', body } as const
  await cluster.client.resource(resources.nodes).patch({ name: 'dev-1' }, patch)
  for (const name of ['a', 'b', 'c']) await run(cluster, name, '1')
  await cluster.advance(MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1'])
})

test('after a node that did not come nothing is tried for five minutes', async () => {
  const { cluster, pool } = await world()
  await using _ = cluster
  pool.fails = true
  await run(cluster, 'a', '1')
  await run(cluster, 'b', '1')
  await cluster.advance(MINUTE)
  expect(await said(cluster, 'cluster-autoscaler-status')).toEqual([
    'Normal ScaledUpGroup: Scale-up: setting group dev size to 2 instead of 1 (max: 3)',
    'Warning FailedToScaleUpGroup: Scale-up failed for group dev: the engine is away',
  ])
  pool.fails = false
  await cluster.advance(3 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1'])
  await cluster.advance(2 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2'])
})

async function report({ client, clock }: SimulatedCluster, name: string, ready: 'True' | 'Unknown'): Promise<void> {
  const conditions = [{ type: 'Ready', status: ready, lastTransitionTime: timestamp(clock.now()) }]
  const patch = { type: 'application/strategic-merge-patch+json', subresource: 'status' } as const
  await client.resource(resources.nodes).patch({ name }, { ...patch, body: { status: { conditions } } })
}

test('nodes up to the minimum come by themselves, and never go', async () => {
  const { cluster } = await world({ max: 4, min: 3 })
  await using _ = cluster
  await cluster.advance(11_000)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2', 'dev-3'])
  await cluster.advance(60 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2', 'dev-3'])
  expect(cluster.logged).toEqual([])
})

test('a node that was not ready for twenty minutes goes, with what it never ended, and another one comes', async () => {
  const { cluster, added } = await world({ max: 2 })
  await using _ = cluster
  await run(cluster, 'first', '1')
  await run(cluster, 'second', '1')
  await cluster.advance(11_000)
  const lost = (await nodeOf(cluster, 'first')) === 'dev-2' ? 'first' : 'second'
  expect(added).toEqual(['dev-2'])
  await cluster.advance(15 * MINUTE)
  await report(cluster, 'dev-2', 'Unknown')
  await cluster.client.resource(resources.pods).delete({ name: lost, namespace: 'default' }, { gracePeriodSeconds: 30 })
  await run(cluster, 'anew', '1')
  await cluster.advance(19 * MINUTE)
  expect(await said(cluster, 'dev-2')).toEqual([])
  await cluster.advance(2 * MINUTE)
  expect(await said(cluster, 'dev-2')).toContain('Normal ScaleDown: node removed by cluster autoscaler')
  await cluster.client.resource(resources.pods).delete({ name: lost, namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.advance(MINUTE)
  expect(added).toEqual(['dev-2'])
  expect(await nodeOf(cluster, 'anew')).toBe('dev-2')
  expect(cluster.logged).toEqual([])
})

test('a node that comes back in time stays for the time that a node without use has', async () => {
  const { cluster } = await world({ max: 2, min: 2 })
  await using _ = cluster
  await cluster.advance(11 * MINUTE)
  await report(cluster, 'dev-2', 'Unknown')
  await cluster.advance(5 * MINUTE)
  await report(cluster, 'dev-2', 'True')
  await cluster.advance(60 * MINUTE)
  expect(await nodeNames(cluster)).toEqual(['dev-1', 'dev-2'])
  expect(await said(cluster, 'dev-2')).toEqual([])
})
