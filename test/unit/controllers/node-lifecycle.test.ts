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

test('a NoExecute taint by hand evicts at once what does not tolerate it, and the others after their time', async () => {
  const started = await world(2)
  await using cluster = started.cluster
  const nodes = cluster.client.resource(resources.nodes)
  const pods = cluster.client.resource(resources.pods)
  const tolerates = (tolerationSeconds?: number) => ({
    nodeName: 'node-1',
    tolerations: [
      { key: 'down', operator: 'Exists', effect: 'NoExecute', ...(tolerationSeconds ? { tolerationSeconds } : {}) },
    ],
  })
  await pods.create(pod('none', { nodeName: 'node-1' }))
  await pods.create(pod('minute', tolerates(60)))
  await pods.create(pod('always', tolerates()))
  await pods.create(pod('elsewhere', { nodeName: 'node-2' }))
  started.kubelet.keeps = () => true
  await cluster.settle()
  const taint = { key: 'down', value: 'yes', effect: 'NoExecute' }
  const patch = { type: 'application/merge-patch+json', body: { spec: { taints: [taint] } } } as const
  await nodes.patch({ name: 'node-1' }, patch)
  const going = async () =>
    (await pods.list()).items.filter(({ metadata }) => metadata.deletionTimestamp).map(({ metadata }) => metadata.name)
  await cluster.advance(59_000)
  expect(await going()).toEqual(['none'])
  const target = (await pods.get('none', 'default')).status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
  expect(target).toMatchObject({
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  })
  await cluster.advance(2000)
  expect(await going()).toEqual(['minute', 'none'])
  await cluster.advance(3600_000)
  expect(await going()).toEqual(['minute', 'none'])
  expect(await cluster.events('minute')).toContain(
    'Normal TaintManagerEviction: Marking for deletion Pod default/minute',
  )
})

test('the last node to fail takes the evictions back from the first, before any time has passed', async () => {
  const started = await world(2)
  await using cluster = started.cluster
  const fail = async (name: string) => {
    const body = { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady' }] } }
    const patch = { type: 'application/strategic-merge-patch+json', subresource: 'status', body } as const
    await cluster.client.resource(resources.nodes).patch({ name }, patch)
    await cluster.settle()
  }
  await fail('node-1')
  expect((await node(started, 'node-1')).taints).toContain('node.kubernetes.io/not-ready:NoExecute')
  await fail('node-2')
  expect((await node(started, 'node-1')).taints).toEqual(['node.kubernetes.io/not-ready:NoSchedule'])
  expect((await node(started, 'node-2')).taints).toEqual(['node.kubernetes.io/not-ready:NoSchedule'])
})
