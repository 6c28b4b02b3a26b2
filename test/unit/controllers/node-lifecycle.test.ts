import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import { pod, type World, world } from './world.ts'

const STAY = ['not-ready', 'unreachable'].map((name) => ({
  key: `node.kubernetes.io/${name}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}))

async function node({ cluster }: World, name: string) {
  const { spec, status } = await cluster.client.resource(resources.nodes).get(name)
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  return {
    ready: ready?.status,
    reason: ready?.reason,
    message: ready?.message,
    taints: (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort(),
  }
}

async function podNames({ cluster }: World): Promise<(string | undefined)[]> {
  return (await cluster.client.resource(resources.pods).list()).items.map(({ metadata }) => metadata.name)
}

test('a node that falls silent becomes unknown and tainted, its pods unready, and evicted after their toleration', async () => {
  const started = await world(3)
  await using cluster = started.cluster
  await cluster.client.resource(resources.pods).create(pod('web', { nodeName: 'node-1', tolerations: STAY }))
  await cluster.advance(100_000)
  started.kubelet.silent.add('node-1')
  await cluster.advance(40_000)
  expect((await node(started, 'node-1')).ready).toBe('True')
  started.kubelet.ignores = ({ spec, metadata }) => spec?.nodeName === 'node-1' && !metadata.deletionTimestamp
  await cluster.advance(20_000)
  expect(await node(started, 'node-1')).toEqual({
    ready: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    taints: ['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule'],
  })
  expect((await node(started, 'node-2')).taints).toEqual([])
  const web = await cluster.client.resource(resources.pods).get('web', 'default')
  expect(web.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False')
  expect(await cluster.events('node-1')).toEqual(['Normal NodeNotReady: Node node-1 status is now: NodeNotReady'])

  await cluster.advance(280_000)
  expect(await podNames(started)).toEqual(['web'])
  await cluster.advance(30_000)
  expect(await podNames(started)).toEqual([])
  expect(await cluster.events('web')).toContain('Normal TaintManagerEviction: Marking for deletion Pod default/web')
  expect(cluster.logged).toEqual([])
})

test('a node that comes back loses its taints and keeps its pods', async () => {
  const started = await world(2)
  await using cluster = started.cluster
  await cluster.client.resource(resources.pods).create(pod('web', { nodeName: 'node-1', tolerations: STAY }))
  started.kubelet.ignores = ({ status }) => status?.phase === 'Running'
  started.kubelet.silent.add('node-1')
  await cluster.advance(100_000)
  started.kubelet.silent.clear()
  const nodes = cluster.client.resource(resources.nodes)
  const silent = await nodes.get('node-1')
  const conditions = silent.status?.conditions?.map((condition) => ({
    ...condition,
    lastHeartbeatTime: timestamp(cluster.clock.now()),
    status: condition.type === 'Ready' ? 'True' : 'False',
    reason: 'KubeletReady',
  }))
  await nodes.updateStatus({ ...silent, status: { ...silent.status, conditions } })
  await cluster.advance(400_000)
  expect(await node(started, 'node-1')).toMatchObject({ ready: 'True', taints: [] })
  expect(await podNames(started)).toEqual(['web'])
  expect(await cluster.events('web')).toContain('Normal TaintManagerEviction: Cancelling deletion of Pod default/web')
})

test('when every node falls silent at once nothing is evicted, and nothing storms', async () => {
  const started = await world(3)
  await using cluster = started.cluster
  await cluster.client.resource(resources.pods).create(pod('web', { nodeName: 'node-1' }))
  started.kubelet.ignores = ({ status }) => status?.phase === 'Running'
  for (const name of ['node-1', 'node-2', 'node-3']) started.kubelet.silent.add(name)
  await cluster.advance(120_000)
  expect((await node(started, 'node-1')).ready).toBe('Unknown')
  cluster.writes()
  await cluster.advance(3600_000)
  expect(await podNames(started)).toEqual(['web'])
  expect(cluster.writes()).toBe(0)
})

test('pods of a node that was deleted go after its quarantine', async () => {
  const started = await world(2)
  await using cluster = started.cluster
  await cluster.client.resource(resources.pods).create(pod('web', { nodeName: 'node-1' }))
  await cluster.settle()
  await cluster.client.resource(resources.nodes).delete({ name: 'node-1' })
  await cluster.advance(30_000)
  expect(await podNames(started)).toEqual(['web'])
  await cluster.advance(40_000)
  expect(await podNames(started)).toEqual([])
})
