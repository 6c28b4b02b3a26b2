import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import { DisposableStore } from '../../../shared/lang/disposable.ts'
import { silentLogger } from '../../../shared/lang/logger.ts'
import { ManualClock } from '../../../shared/lang/manual-clock.ts'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import { createApiServer } from '../apiserver/api-server.ts'
import type { Client } from '../client/client.ts'
import { createClient } from '../client/in-process-client.ts'
import { createInformers } from '../controller/informers.ts'
import { memoryStore } from '../store/memory-store.ts'
import { startScheduler } from './start-scheduler.ts'

describe('the scheduler', () => {
  const clock = new ManualClock()
  let client: Client
  let open: DisposableStore

  beforeEach(async () => {
    open = new DisposableStore()
    let uid = 0
    const random = { uuid: () => `00000000-0000-4000-8000-${String(uid++).padStart(12, '0')}`, number: () => 0.5 }
    const server = createApiServer({ store: memoryStore({ clock, freeze: true }), clock, random })
    client = createClient(server, { name: 'system:admin', groups: ['system:masters'] })
    await client
      .resource(resources.namespaces)
      .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
    await client
      .resource(resources.serviceAccounts)
      .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } })
    const informers = open.add(createInformers({ client, clock, logger: silentLogger }))
    open.add(startScheduler({ client, informers, clock, random: () => 0.5, logger: silentLogger }))
    informers.start()
  })
  afterEach(() => open.dispose())

  /** As after the node lifecycle controller took the not-ready taint off, which admission puts on every new node. */
  const addNode = async (node: Node) => {
    const nodes = client.resource(resources.nodes)
    const created = await nodes.create(node)
    await nodes.updateStatus({ ...(await nodes.update({ ...created, spec: node.spec })), status: node.status })
  }
  const addPod = (pod: Pod) =>
    client.resource(resources.pods).create({ ...pod, metadata: { name: pod.metadata.name, namespace: 'default' } })
  const nodeOf = async (name: string) =>
    (await client.resource(resources.pods).get(name, 'default')).spec?.nodeName ?? ''
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  test('binds a pod and says so in an event', async () => {
    await addNode(aNode('a').build())
    await addPod(aPod('web').build())
    await settle()
    expect(await nodeOf('web')).toBe('a')
    const { items } = await client.resource(resources.events).list({ namespace: 'default' })
    expect(items.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      'Scheduled: Successfully assigned default/web to a',
    ])
  })

  test('never puts more on a node than it can give, however many pods come at once', async () => {
    await addNode(aNode('a').cpu('1').build())
    await addNode(aNode('b').cpu('1').build())
    await Promise.all(Array.from({ length: 30 }, (_, i) => addPod(aPod(`p${i}`).requests({ cpu: '100m' }).build())))
    await settle()
    const { items } = await client.resource(resources.pods).list()
    const count = (node: string) => items.filter((pod) => (pod.spec?.nodeName ?? '') === node).length
    expect([count('a'), count('b'), count('')]).toEqual([10, 10, 10])
  })

  test('tries a rejected pod again when a node comes, after its back-off, not before', async () => {
    await addNode(aNode('small').cpu('100m').build())
    await addPod(aPod('web').requests({ cpu: '1' }).build())
    await settle()
    const pod = await client.resource(resources.pods).get('web', 'default')
    expect(pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
    })
    await addNode(aNode('big').build())
    await settle()
    expect(await nodeOf('web')).toBe('')
    clock.advance(1_000)
    await settle()
    expect(await nodeOf('web')).toBe('big')
  })

  test('uses the room that a deleted pod leaves', async () => {
    await addNode(aNode('a').cpu('1').build())
    await addPod(aPod('first').requests({ cpu: '1' }).build())
    await settle()
    await addPod(aPod('second').requests({ cpu: '1' }).build())
    await settle()
    await client.resource(resources.pods).delete({ name: 'first', namespace: 'default' }, { gracePeriodSeconds: 0 })
    clock.advance(1_000)
    await settle()
    expect(await nodeOf('second')).toBe('a')
  })

  test('leaves gated pods and those of other schedulers alone', async () => {
    await addNode(aNode('a').build())
    await addPod(
      aPod('gated')
        .spec({ schedulingGates: [{ name: 'example.com/wait' }] })
        .build(),
    )
    await addPod(aPod('foreign').spec({ schedulerName: 'mine' }).build())
    await settle()
    expect([await nodeOf('gated'), await nodeOf('foreign')]).toEqual(['', ''])
  })
})
