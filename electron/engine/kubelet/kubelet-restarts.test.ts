import { afterEach, describe, expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { describePod, type FixtureOptions, KubeletFixture, settle } from './testing/kubelet-fixture.ts'

let fixture: KubeletFixture
afterEach(() => fixture.dispose())

async function cluster(images: FixtureOptions['images'] = {}): Promise<KubeletFixture> {
  fixture = await new KubeletFixture({ images: { 'app:1': { local: true }, ...images } }).start()
  return fixture
}

const app = { name: 'app', image: 'app:1' }

describe('a container that crashes', () => {
  test('restarts at once, then after 10 s, doubling', async () => {
    await cluster({ 'crash:1': { local: true, runMs: 1000, exitCode: 2, terminationMessage: 'no config' } })
    await fixture.run('web', { containers: [{ name: 'app', image: 'crash:1' }] })
    await fixture.advance(1000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready x1')
    await fixture.advance(1000)
    const waiting = await fixture.pod('web')
    const { uid } = waiting.metadata
    expect(describePod(waiting)).toBe('Running, app=waiting:CrashLoopBackOff x1')
    expect(waiting.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
      `back-off 10s restarting failed container=app pod=web_default(${uid})`,
    )
    expect(waiting.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 2,
      reason: 'Error',
      message: 'no config',
    })
    expect(waiting.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [app]',
    })
    await fixture.advance(9000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=waiting:CrashLoopBackOff x1')
    await fixture.advance(1000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready x2')
    await fixture.advance(20_000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=waiting:CrashLoopBackOff x2')
    await fixture.advance(1000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready x3')
    expect(await fixture.events('web')).toContain(
      `Warning BackOff: Back-off restarting failed container app in pod web_default(${uid}) (x2)`,
    )
  })

  test('keeps one dead container beside the current one', async () => {
    await cluster({ 'crash:1': { local: true, runMs: 1000, exitCode: 2 } })
    await fixture.run('web', { containers: [{ name: 'app', image: 'crash:1' }] })
    await fixture.advance(12_000)
    const [observed] = await fixture.runtime.list()
    expect(observed?.containers.map(({ attempt, state }) => `${attempt} ${state}`)).toEqual(['2 running', '1 exited'])
  })

  test('shows OOMKilled, but not when only a child was killed', async () => {
    await cluster()
    await fixture.run('web', { containers: [app] })
    const uid = await fixture.uid('web')
    fixture.runtime.exit(uid, 'app', 137, { oomKilled: true })
    await settle()
    const reason = async () => (await fixture.pod('web')).status?.containerStatuses?.[0]?.lastState?.terminated?.reason
    expect(await reason()).toBe('OOMKilled')
    fixture.runtime.exit(uid, 'app', 0, { oomKilled: true })
    await settle()
    expect(await reason()).toBe('Completed')
  })

  test('that cannot start is shown with the engine’s words', async () => {
    await cluster({ 'bad:1': { local: true, startError: { message: 'exec: "nope": not found', exitCode: 127 } } })
    const pod = await fixture.run('web', { containers: [{ name: 'app', image: 'bad:1' }] })
    expect(pod.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'RunContainerError',
      message: 'exec: "nope": not found',
    })
    expect(await fixture.events('web')).toContain('Warning Failed: Error: exec: "nope": not found')
    await fixture.advance(30_000)
    const later = await fixture.pod('web')
    expect(later.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('CrashLoopBackOff')
    expect(later.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 127,
      reason: 'StartError',
    })
  })
})

describe('pods that end', () => {
  test('succeed when all containers did, and keep their containers for logs', async () => {
    await cluster({ 'job:1': { local: true, runMs: 5000 } })
    await fixture.run('job', { restartPolicy: 'Never', containers: [{ name: 'app', image: 'job:1' }] })
    await fixture.advance(5000)
    const pod = await fixture.pod('job')
    expect(describePod(pod)).toBe('Succeeded, app=Completed(0)')
    expect(
      pod.status?.conditions?.map(({ type, status, reason = '' }) => `${type}=${status} ${reason}`.trim()),
    ).toEqual([
      'PodReadyToStartContainers=False',
      'Initialized=True PodCompleted',
      'Ready=False PodCompleted',
      'ContainersReady=False PodCompleted',
      'PodScheduled=True',
    ])
    const [observed] = await fixture.runtime.list()
    expect([observed?.sandboxes[0]?.state, observed?.containers.length]).toEqual(['exited', 1])
  })

  test('fail when a container did and must not restart', async () => {
    await cluster({ 'job:1': { local: true, runMs: 5000, exitCode: 3 } })
    await fixture.run('job', {
      restartPolicy: 'Never',
      containers: [{ name: 'app', image: 'job:1' }, app].map((c, i) => ({ ...c, name: `c${i}` })),
    })
    await fixture.advance(5000)
    expect(describePod(await fixture.pod('job'))).toBe('Running, c0=Error(3), c1=running ready')
    fixture.runtime.exit(await fixture.uid('job'), 'c1', 0)
    await settle()
    expect(describePod(await fixture.pod('job'))).toBe('Failed, c0=Error(3), c1=Completed(0)')
  })

  test('fail at their deadline', async () => {
    await cluster()
    await fixture.run('web', { activeDeadlineSeconds: 20, containers: [app] })
    await fixture.advance(19_000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    await fixture.advance(1000)
    expect((await fixture.pod('web')).status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    })
  })
})

describe('what a docker command did', () => {
  test('a dead sandbox brings all containers anew, under the same address', async () => {
    await cluster()
    const before = await fixture.run('web', { containers: [app] })
    fixture.runtime.killSandbox(before.metadata.uid ?? '')
    await settle()
    const after = await fixture.pod('web')
    expect(describePod(after)).toBe('Running, app=running ready x1')
    expect(after.status?.podIP).toBe(before.status?.podIP)
    expect(await fixture.events('web')).toContain(
      'Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.',
    )
  })

  test('a sandbox that dies again and again never holds init containers back as if they crashed', async () => {
    await cluster({ 'init:1': { local: true, runMs: 100 } })
    const initContainers = [{ name: 'prepare', image: 'init:1' }]
    const { metadata } = await fixture.run('web', { initContainers, containers: [app] })
    await fixture.advance(200, 100)
    for (let round = 1; round <= 3; round++) {
      fixture.runtime.killSandbox(metadata.uid ?? '')
      await fixture.advance(400, 100)
      const expected = `Running, prepare=Completed(0) ready x${round}, app=running ready x${round}`
      expect(describePod(await fixture.pod('web'))).toBe(expected)
    }
  })

  test('a removed container is restarted and said to be lost', async () => {
    await cluster()
    await fixture.run('web', { containers: [app] })
    fixture.runtime.lose(await fixture.uid('web'), 'app')
    await settle()
    const pod = await fixture.pod('web')
    expect(describePod(pod)).toBe('Running, app=running ready x1')
    expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
    })
    await fixture.advance(120_000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready x1')
  })

  test('a container seen to end before it was removed counts on, however long it waits', async () => {
    await cluster()
    await fixture.run('web', { containers: [app] })
    const uid = await fixture.uid('web')
    fixture.runtime.exit(uid, 'app', 137)
    await settle()
    fixture.runtime.exit(uid, 'app', 137)
    await settle()
    fixture.runtime.lose(uid, 'app')
    await settle()
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=waiting:CrashLoopBackOff x1')
    await fixture.advance(10_000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready x2')
  })

  test('a removed container of a pod that never restarts fails the pod', async () => {
    await cluster()
    await fixture.run('job', { restartPolicy: 'Never', containers: [app] })
    fixture.runtime.lose(await fixture.uid('job'), 'app')
    await settle()
    expect(describePod(await fixture.pod('job'))).toBe('Failed, app=ContainerStatusUnknown(137)')
  })
})

describe('the engine and the process', () => {
  test('an engine that stopped everything: pods run again when it is back', async () => {
    await cluster()
    await fixture.run('web', { containers: [app] })
    fixture.runtime.setAvailable(false, 'stopped')
    await fixture.advance(70_000)
    const { client } = fixture
    const ready = async () => {
      const node = await client.resource(resources.nodes).get('node-1')
      const condition = node.status?.conditions?.find(({ type }) => type === 'Ready')
      return `${condition?.status} ${condition?.message}`
    }
    expect(await ready()).toBe('False container runtime is down')
    fixture.runtime.setAvailable(true)
    await fixture.advance(3000)
    expect(await ready()).toBe('True kubelet is posting ready status')
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready x1')
  })

  test('a new process adopts what runs, untouched', async () => {
    await cluster()
    await fixture.run('web', { containers: [app] })
    const before = await fixture.runtime.list()
    const status = (await fixture.pod('web')).status
    await fixture.restart()
    await fixture.advance(120_000)
    expect(await fixture.runtime.list()).toEqual(before)
    expect((await fixture.pod('web')).status).toEqual(status)
  })

  test('a new process removes what lost its object meanwhile', async () => {
    await cluster()
    await fixture.run('web', { containers: [app] })
    fixture.dispose()
    await fixture.client
      .resource(resources.pods)
      .delete({ name: 'web', namespace: 'default' }, { gracePeriodSeconds: 0 })
    await fixture.start()
    await fixture.advance(3000)
    expect(await fixture.runtime.list()).toEqual([])
  })
})
