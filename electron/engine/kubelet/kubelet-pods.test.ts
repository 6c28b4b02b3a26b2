import { afterEach, describe, expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { Container } from '../../../shared/api/types/core-v1.ts'
import { describePod, type FixtureOptions, KubeletFixture, nodeConfig, settle } from './testing/kubelet-fixture.ts'

let fixture: KubeletFixture
afterEach(() => fixture.dispose())

async function cluster(images: FixtureOptions['images'] = {}, options: FixtureOptions = {}): Promise<KubeletFixture> {
  fixture = await new KubeletFixture({ images: { 'app:1': { local: true }, ...images }, ...options }).start()
  return fixture
}

const app: Container = { name: 'app', image: 'app:1' }

async function remove(name: string, gracePeriodSeconds?: number): Promise<void> {
  const options = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }
  await fixture.client.resource(resources.pods).delete({ name, namespace: 'default' }, options)
  await settle()
}

describe('init containers', () => {
  test('run in order before the rest, sidecars beside it', async () => {
    await cluster({ 'init:1': { local: true, runMs: 2000 } })
    const initContainers = [
      { name: 'one', image: 'init:1' },
      { name: 'mesh', image: 'app:1', restartPolicy: 'Always' },
      { name: 'two', image: 'init:1' },
    ]
    const states: string[] = [describePod(await fixture.run('web', { initContainers, containers: [app] }))]
    for (let second = 0; second < 4; second++) {
      await fixture.advance(1000)
      states.push(describePod(await fixture.pod('web')))
    }
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual([
      'Pending, one=running, mesh=waiting:PodInitializing, two=waiting:PodInitializing, app=waiting:PodInitializing',
      'Pending, one=Completed(0) ready, mesh=running ready, two=running, app=waiting:PodInitializing',
      'Running, one=Completed(0) ready, mesh=running ready, two=Completed(0) ready, app=running ready',
    ])
  })

  test('that fails fails a pod that never restarts', async () => {
    await cluster({ 'init:1': { local: true, runMs: 1000, exitCode: 4 } })
    await fixture.run('web', {
      restartPolicy: 'Never',
      initContainers: [{ name: 'one', image: 'init:1' }],
      containers: [app],
    })
    await fixture.advance(1000)
    expect(describePod(await fixture.pod('web'))).toBe('Failed, one=Error(4), app=waiting:PodInitializing')
  })
})

describe('deletion', () => {
  test('runs the preStop hook within the grace, kills what stays, and reports the end before the object goes', async () => {
    const commands: string[] = []
    const exec = async (command: readonly string[]) => {
      commands.push(command.join(' '))
      return { exitCode: 0 }
    }
    await cluster({ 'slow:1': { local: true, stopMs: 60_000, exec } })
    const lifecycle = { preStop: { exec: { command: ['drain', 'now'] } } }
    await fixture.run('web', { containers: [{ name: 'app', image: 'slow:1', lifecycle }] })
    await remove('web', 10)
    expect(commands).toEqual(['drain now'])
    await fixture.advance(9000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    await fixture.advance(1000)
    expect(await fixture.podNames()).toEqual([])
    expect(await fixture.events('web')).toContain('Normal Killing: Stopping container app')
  })

  test('shows while it lasts which containers have ended', async () => {
    await cluster({ 'slow:1': { local: true, stopMs: 60_000 }, 'quick:1': { local: true, stopMs: 1000 } })
    const containers = [
      { name: 'quick', image: 'quick:1' },
      { name: 'slow', image: 'slow:1' },
    ]
    await fixture.run('web', { containers })
    await remove('web', 20)
    await fixture.advance(500)
    expect(describePod(await fixture.pod('web'))).toBe('Running, quick=running ready, slow=running ready')
    await fixture.advance(500)
    const pod = await fixture.pod('web')
    expect(describePod(pod)).toMatch(/^Running, quick=\w+\(\d+\), slow=running ready$/)
    expect(pod.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      message: 'containers with unready status: [quick]',
    })
    await fixture.advance(19_000)
    expect(await fixture.podNames()).toEqual([])
  })

  test('a preStop sleep delays the stop', async () => {
    await cluster()
    const lifecycle = { preStop: { sleep: { seconds: 5 } } }
    await fixture.run('web', { containers: [{ ...app, lifecycle }] })
    await remove('web')
    await fixture.advance(4000)
    expect(await fixture.podNames()).toEqual(['web'])
    await fixture.advance(1000)
    expect(await fixture.podNames()).toEqual([])
  })

  test('by force removes the object at once and the containers soon after', async () => {
    await cluster({ 'slow:1': { local: true, stopMs: 60_000 } })
    await fixture.run('web', { containers: [{ name: 'app', image: 'slow:1' }] })
    await remove('web')
    await remove('web', 0)
    expect(await fixture.podNames()).toEqual([])
    await fixture.advance(3000)
    expect(await fixture.runtime.list()).toEqual([])
  })

  test('a shorter grace hurries a termination under way', async () => {
    await cluster({ 'slow:1': { local: true, stopMs: 60_000 } })
    await fixture.run('web', { containers: [{ name: 'app', image: 'slow:1' }] })
    await remove('web', 30)
    await remove('web', 3)
    await fixture.advance(3000)
    expect(await fixture.podNames()).toEqual([])
  })

  test('interrupts a pull', async () => {
    await cluster({ 'big:1': { pullMs: 600_000 } })
    await fixture.run('web', { containers: [{ name: 'app', image: 'big:1' }] })
    await remove('web')
    await fixture.advance(1000)
    expect(await fixture.podNames()).toEqual([])
    expect(await fixture.runtime.list()).toEqual([])
  })
})

describe('lifecycle hooks', () => {
  test('a failed postStart hook kills the container', async () => {
    await cluster({ 'app:1': { local: true, exec: async () => ({ exitCode: 1 }) } })
    await fixture.run('web', { containers: [{ ...app, lifecycle: { postStart: { exec: { command: ['setup'] } } } }] })
    const events = await fixture.events('web')
    expect(events.some((event) => event.startsWith('Warning FailedPostStartHook: PostStartHook failed'))).toBe(true)
    expect(events.some((event) => event.startsWith('Normal Killing: FailedPostStartHook'))).toBe(true)
    expect((await fixture.pod('web')).status?.containerStatuses?.[0]?.ready).toBe(false)
  })
})

describe('conditions', () => {
  test('a readiness gate holds Ready back until someone sets it', async () => {
    await cluster()
    const pod = await fixture.run('web', { readinessGates: [{ conditionType: 'example.com/lb' }], containers: [app] })
    const ready = (pod: {
      status?: { conditions?: { type: string; status: string; message?: string | undefined }[] | undefined } | undefined
    }) => pod.status?.conditions?.find(({ type }) => type === 'Ready')
    expect(ready(pod)?.message).toBe('corresponding condition of pod readiness gate "example.com/lb" does not exist.')
    const conditions = [...(pod.status?.conditions ?? []), { type: 'example.com/lb', status: 'True' }]
    await fixture.client.resource(resources.pods).updateStatus({ ...pod, status: { ...pod.status, conditions } })
    await settle()
    const after = await fixture.pod('web')
    expect(ready(after)?.status).toBe('True')
    expect(after.status?.conditions?.some(({ type }) => type === 'example.com/lb')).toBe(true)
  })
})

describe('admission by the node', () => {
  test('turns away what does not fit', async () => {
    const allocatable = { cpu: '1', memory: '1Gi', pods: '10' }
    await cluster({}, { nodes: [nodeConfig('node-1', { allocatable })] })
    const resourcesOf = (cpu: string) => ({ resources: { requests: { cpu } } })
    await fixture.run('one', { containers: [{ ...app, ...resourcesOf('600m') }] })
    const two = await fixture.run('two', { containers: [{ ...app, ...resourcesOf('500m') }] })
    expect(two.status).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 500, used: 600, capacity: 1000",
    })
    const three = await fixture.run('three', { nodeSelector: { disk: 'ssd' }, containers: [app] })
    expect(three.status).toMatchObject({ phase: 'Failed', reason: 'NodeAffinity' })
  })
})

describe('nodes', () => {
  test('that fail kill what runs on them and fall silent, and start it again when they are back', async () => {
    await cluster()
    await fixture.run('web', { containers: [app] })
    const renewed = async () => {
      const { spec } = await fixture.client.resource(resources.leases).get('node-1', 'kube-node-lease')
      return spec?.renewTime
    }
    await fixture.kubelet?.failNode('node-1')
    const last = await renewed()
    await fixture.advance(60_000)
    expect(await fixture.runtime.list()).toEqual([])
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    expect(await renewed()).toBe(last)
    fixture.kubelet?.recoverNode('node-1')
    await settle()
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready x1')
    expect(await renewed()).not.toBe(last)
  })

  test('keep the labels and taints that others gave them over a restart, and come back when their object is deleted', async () => {
    const first = { key: 'only', value: 'some', effect: 'NoSchedule' }
    await cluster({}, { nodes: [nodeConfig('node-1', { labels: { disk: 'ssd' }, taints: [first] })] })
    const nodes = fixture.client.resource(resources.nodes)
    expect((await nodes.get('node-1')).metadata.labels).toMatchObject({ disk: 'ssd' })
    const changed = { metadata: { labels: { disk: 'hdd', 'kubernetes.io/os': 'none' } }, spec: { taints: [] } }
    await nodes.patch({ name: 'node-1' }, { type: 'application/merge-patch+json', body: changed })
    await fixture.restart()
    const after = await nodes.get('node-1')
    expect(after.metadata.labels).toMatchObject({ disk: 'hdd', 'kubernetes.io/os': 'linux' })
    expect(after.spec?.taints ?? []).toEqual([])
    await nodes.delete({ name: 'node-1' })
    await fixture.advance(20_000)
    const back = await nodes.get('node-1')
    expect(back.metadata.labels).toMatchObject({ disk: 'ssd' })
    expect(back.spec?.taints).toContainEqual(first)
  })

  test('register, report and renew their lease', async () => {
    await cluster()
    const node = await fixture.client.resource(resources.nodes).get('node-1')
    expect(node.metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'node-1', 'kubernetes.io/arch': 'amd64' })
    expect(node.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
      'MemoryPressure=False KubeletHasSufficientMemory',
      'DiskPressure=False KubeletHasNoDiskPressure',
      'PIDPressure=False KubeletHasSufficientPID',
      'Ready=True KubeletReady',
    ])
    const lease = async () => await fixture.client.resource(resources.leases).get('node-1', 'kube-node-lease')
    const first = (await lease()).spec?.renewTime
    await fixture.advance(10_000)
    expect((await lease()).spec?.renewTime).not.toBe(first)
    const before = await fixture.client.resource(resources.nodes).get('node-1')
    await fixture.advance(60_000)
    const after = await fixture.client.resource(resources.nodes).get('node-1')
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion)
  })
})
