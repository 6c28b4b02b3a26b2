import { afterEach, describe, expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { describePod, type FixtureOptions, KubeletFixture, settle } from './testing/kubelet-fixture.ts'

let fixture: KubeletFixture
afterEach(() => fixture.dispose())

async function cluster(options?: FixtureOptions): Promise<KubeletFixture> {
  fixture = await new KubeletFixture(options).start()
  return fixture
}

describe('a pod bound to a node', () => {
  test('runs, gets an address and becomes ready', async () => {
    const { client } = await cluster()
    const pod = await fixture.run('web', { containers: [{ name: 'app', image: 'app:1' }] })
    expect(describePod(pod)).toBe('Running, app=running ready')
    expect(pod.status).toMatchObject({ hostIP: '10.43.127.2', podIP: '10.43.1.1', podIPs: [{ ip: '10.43.1.1' }] })
    expect(pod.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ])
    expect(await fixture.events('web')).toEqual([
      'Normal Pulled: Container image "app:1" already present on machine and can be accessed by the pod',
      'Normal Created: Container created',
      'Normal Started: Container started',
    ])
    expect(client).toBeDefined()
  })

  test('deletes gracefully: containers get their time, then the object goes', async () => {
    const { client, clock, runtime } = await cluster({ images: { 'app:1': { local: true, stopMs: 5000 } } })
    await fixture.run('web', { containers: [{ name: 'app', image: 'app:1' }] })
    await client.resource(resources.pods).delete({ name: 'web', namespace: 'default' })
    await settle()
    expect(await fixture.podNames()).toEqual(['web'])
    clock.advance(5000)
    await settle()
    expect(await fixture.podNames()).toEqual([])
    expect(await runtime.list()).toEqual([])
  })
})
