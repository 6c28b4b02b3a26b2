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
import { parseConfiguration } from '../scheduler-config/parse-configuration.ts'
import { memoryStore } from '../store/memory-store.ts'
import { DEFAULT_CONFIGURATION } from './config/scheduler-configuration.ts'
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
    begin()
  })
  const begin = (configuration = DEFAULT_CONFIGURATION) => {
    const informers = open.add(createInformers({ client, clock, logger: silentLogger }))
    open.add(startScheduler({ client, informers, clock, random: () => 0.5, logger: silentLogger, configuration }))
    informers.start()
  }
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

  test('tries a rejected pod again as soon as a node comes, when no other pod is ready', async () => {
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

  test('schedules pods by the profile that they name, and leaves those of no profile alone', async () => {
    open.dispose()
    open = new DisposableStore()
    const packing = {
      schedulerName: 'packing',
      plugins: { score: { disabled: [{ name: 'NodeResourcesBalancedAllocation' }] } },
      pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } }],
    }
    const file = {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [{ schedulerName: 'default-scheduler' }, packing],
    }
    begin(parseConfiguration(JSON.stringify(file)))
    await addNode(aNode('a').build())
    await addNode(aNode('b').build())
    await addPod(aPod('there').on('a').requests({ cpu: '2' }).build())
    await settle()
    await addPod(aPod('packed').requests({ cpu: '1' }).spec({ schedulerName: 'packing' }).build())
    await addPod(aPod('spread').requests({ cpu: '1' }).build())
    await addPod(aPod('foreign').spec({ schedulerName: 'nobody' }).build())
    await settle()
    expect([await nodeOf('packed'), await nodeOf('spread'), await nodeOf('foreign')]).toEqual(['a', 'b', ''])
    const { items } = await client.resource(resources.events).list({ namespace: 'default' })
    expect(items.map(({ involvedObject, source }) => `${involvedObject.name} ${source?.component}`)).toEqual(
      expect.arrayContaining(['packed packing', 'spread default-scheduler']),
    )
  })

  test('pods that race for volumes made by hand all get one', async () => {
    await addNode(aNode('a').build())
    await client.resource(resources.storageClasses).create({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'manual' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    })
    for (const n of ['1', '2']) {
      const pv = await client.resource(resources.persistentVolumes).create({
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: `pv-${n}` },
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'manual',
          hostPath: { path: `/tmp/${n}` },
        },
      })
      await client.resource(resources.persistentVolumes).updateStatus({ ...pv, status: { phase: 'Available' } })
      await client.resource(resources.persistentVolumeClaims).create({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: `c-${n}`, namespace: 'default' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'manual',
          resources: { requests: { storage: '1Gi' } },
        },
      })
    }
    await settle()
    for (const n of ['1', '2'])
      await addPod(
        aPod(`p-${n}`)
          .spec({ volumes: [{ name: 'd', persistentVolumeClaim: { claimName: `c-${n}` } }] })
          .build(),
      )
    await settle()
    // As the volume controller does: what refers to a claim is bound to it.
    for (let round = 0; round < 20; round++) {
      for (const pv of (await client.resource(resources.persistentVolumes).list()).items) {
        const ref = pv.spec?.claimRef
        if (!ref) continue
        const claims = client.resource(resources.persistentVolumeClaims)
        const claim = await claims.get(ref.name ?? '', 'default')
        if (claim.spec?.volumeName) continue
        const updated = await claims.update({
          ...claim,
          metadata: { ...claim.metadata, annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
          spec: { ...claim.spec, volumeName: pv.metadata.name },
        })
        await claims.updateStatus({ ...updated, status: { phase: 'Bound' } })
        const now = await client.resource(resources.persistentVolumes).get(pv.metadata.name ?? '')
        await client.resource(resources.persistentVolumes).updateStatus({ ...now, status: { phase: 'Bound' } })
      }
      await settle()
      clock.advance(60_000)
      await settle()
    }
    const pvs = (await client.resource(resources.persistentVolumes).list()).items
    expect(pvs.map((v) => v.spec?.claimRef?.name).sort()).toEqual(['c-1', 'c-2'])
    expect([await nodeOf('p-1'), await nodeOf('p-2')]).toEqual(['a', 'a'])
  })

  describe('a pod of higher priority', () => {
    const classOf = (name: string, value: number) =>
      client.resource(resources.priorityClasses).create({
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value,
      })
    const big = (name: string, priorityClassName: string) =>
      addPod(aPod(name).requests({ cpu: '1' }).spec({ priorityClassName, terminationGracePeriodSeconds: 0 }).build())
    const reasons = async (name: string) => {
      const { items } = await client.resource(resources.events).list({ namespace: 'default' })
      const own = items.filter(({ involvedObject }) => involvedObject.name === name)
      return own.map(({ reason, message }) => `${reason}: ${message}`)
    }

    beforeEach(async () => {
      await classOf('low', 1)
      await classOf('middle', 10)
      await classOf('high', 100)
      await addNode(aNode('a').cpu('1').build())
      await addNode(aNode('b').cpu('1').build())
    })

    test('takes the place of the least important one, which is told why', async () => {
      await big('middle', 'middle')
      await big('low', 'low')
      await settle()
      const place = await nodeOf('low')
      const { uid } = (await big('high', 'high')).metadata
      await settle()
      clock.advance(1000)
      await settle()
      expect(await nodeOf('high')).toBe(place)
      expect((await client.resource(resources.pods).list()).items.map(({ metadata }) => metadata.name).sort()).toEqual([
        'high',
        'middle',
      ])
      expect(await reasons('low')).toContain(`Preempted: Preempted by pod ${uid} on node ${place}`)
      expect(await reasons('high')).toContain('FailedScheduling: 0/2 nodes are available: 2 Insufficient cpu.')
    })

    test('keeps its place while the others end, and ends nobody when it may not', async () => {
      await big('one', 'low')
      await big('two', 'low')
      await settle()
      await client
        .resource(resources.pods)
        .patch(
          { name: 'one', namespace: 'default' },
          { type: 'application/merge-patch+json', body: { metadata: { finalizers: ['example.com/slow'] } } },
        )
      await client
        .resource(resources.pods)
        .patch(
          { name: 'two', namespace: 'default' },
          { type: 'application/merge-patch+json', body: { metadata: { finalizers: ['example.com/slow'] } } },
        )
      await big('high', 'high')
      await settle()
      const { status } = await client.resource(resources.pods).get('high', 'default')
      expect(status?.nominatedNodeName).toMatch(/^[ab]$/)
      const ended = (await client.resource(resources.pods).list()).items.filter((p) => p.metadata.deletionTimestamp)
      expect(ended).toHaveLength(1)
      await addPod(
        aPod('polite').requests({ cpu: '1' }).spec({ priorityClassName: 'middle', preemptionPolicy: 'Never' }).build(),
      ).catch(() => undefined)
      await settle()
      clock.advance(60_000)
      await settle()
      const now = (await client.resource(resources.pods).list()).items.filter((p) => p.metadata.deletionTimestamp)
      expect(now).toHaveLength(1)
    })

    test('finds the room kept that was made for it before the engine was started anew, and ends nobody else', async () => {
      const pods = client.resource(resources.pods)
      await big('one', 'low')
      await big('two', 'low')
      await settle()
      const body = { metadata: { finalizers: ['example.com/slow'] } }
      const ending = { name: (await nodeOf('one')) === 'a' ? 'one' : 'two', namespace: 'default' }
      await pods.patch(ending, { type: 'application/merge-patch+json', body })
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }
      const { status, ...victim } = await pods.get(ending.name, 'default')
      await pods.updateStatus({ ...victim, status: { ...status, conditions: [condition] } })
      await pods.delete(ending, { gracePeriodSeconds: 0 })
      open.dispose()
      open = new DisposableStore()
      const high = await big('high', 'high')
      await pods.updateStatus({ ...high, status: { ...high.status, nominatedNodeName: 'a' } })
      begin()
      await settle()
      const { items } = await pods.list()
      expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(['high', 'one', 'two'])
    })

    test('displaces one of lower priority that waits for the same node, and that one is told', async () => {
      const pods = client.resource(resources.pods)
      await client.resource(resources.nodes).delete({ name: 'b' })
      await big('low', 'low')
      await settle()
      const body = { metadata: { finalizers: ['example.com/slow'] } }
      const low = { name: 'low', namespace: 'default' }
      await pods.patch(low, { type: 'application/merge-patch+json', body })
      await big('middle', 'middle')
      await settle()
      const nominated = async (name: string) => (await pods.get(name, 'default')).status?.nominatedNodeName
      expect(await nominated('middle')).toBe('a')
      await big('high', 'high')
      await settle()
      expect([await nominated('middle'), await nominated('high')]).toEqual([undefined, 'a'])
      await pods.patch(low, { type: 'application/merge-patch+json', body: { metadata: { finalizers: null } } })
      clock.advance(1000)
      await settle()
      expect([await nodeOf('middle'), await nodeOf('high')]).toEqual(['', 'a'])
      expect(await reasons('middle')).toContain(
        'FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      )
    })

    test('ends others on the node that it waits for, when those take the room that was made', async () => {
      const pods = client.resource(resources.pods)
      await client.resource(resources.nodes).delete({ name: 'b' })
      await addPod(aPod('taker').on('a').requests({ cpu: '1' }).spec({ terminationGracePeriodSeconds: 0 }).build())
      open.dispose()
      open = new DisposableStore()
      const high = await big('high', 'high')
      await pods.updateStatus({ ...high, status: { ...high.status, nominatedNodeName: 'a' } })
      begin()
      await settle()
      clock.advance(1000)
      await settle()
      expect(await nodeOf('high')).toBe('a')
      expect((await pods.list()).items.map(({ metadata }) => metadata.name)).toEqual(['high'])
    })

    test('that may not preempt says so', async () => {
      await client.resource(resources.priorityClasses).create({
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: 'polite' },
        value: 100,
        preemptionPolicy: 'Never',
      })
      await big('one', 'low')
      await big('two', 'low')
      await settle()
      await big('polite', 'polite')
      await settle()
      expect(await reasons('polite')).toEqual([
        'FailedScheduling: 0/2 nodes are available: 2 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
      ])
    })

    test('spares those that a disruption budget protects', async () => {
      await big('guarded', 'low')
      await big('free', 'middle')
      await settle()
      const pods = client.resource(resources.pods)
      const labels = {
        type: 'application/merge-patch+json',
        body: { metadata: { labels: { app: 'guarded' } } },
      } as const
      await pods.patch({ name: 'guarded', namespace: 'default' }, labels)
      await client.resource(resources.podDisruptionBudgets).create({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'guard', namespace: 'default' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
      })
      await settle()
      await big('high', 'high')
      await settle()
      const left = (await pods.list()).items.filter((p) => !p.metadata.deletionTimestamp)
      expect(left.map(({ metadata }) => metadata.name).sort()).toEqual(['guarded', 'high'])
    })
  })
})
