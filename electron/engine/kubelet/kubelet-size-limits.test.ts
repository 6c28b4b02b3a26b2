import { afterEach, expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { PodSpec } from '../../../shared/api/types/core-v1.ts'
import { KubeletFixture } from './testing/kubelet-fixture.ts'

let fixture: KubeletFixture
afterEach(() => fixture.dispose())

const MIB = 1024 * 1024

async function start(spec: Partial<PodSpec>, bytes: number): Promise<void> {
  const images = { busybox: { local: true, stopMs: 60_000 } }
  fixture = await new KubeletFixture({ images }).start()
  await fixture.client.resource(resources.priorityClasses).create({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
  })
  const { metadata } = await fixture.run('web', { containers: [{ name: 'main', image: 'busybox' }], ...spec })
  fixture.runtime.volumeBytes.set(`${metadata.uid}/data`, bytes)
}

const disk = { volumes: [{ name: 'data', emptyDir: { sizeLimit: '100Mi' } }] }

test('a pod whose emptyDir outgrows its limit is evicted, at the next look and within a second', async () => {
  await start(disk, 100 * MIB)
  await fixture.advance(180_000)
  expect((await fixture.pod('web')).status?.phase).toBe('Running')
  fixture.runtime.volumeBytes.set(`${(await fixture.pod('web')).metadata.uid}/data`, 100 * MIB + 1)
  await fixture.advance(59_000)
  expect((await fixture.pod('web')).status?.phase).toBe('Running')
  await fixture.advance(3000)
  const message = 'Usage of EmptyDir volume "data" exceeds the limit "100Mi". '
  const { status } = await fixture.pod('web')
  expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message })
  expect(status?.containerStatuses?.[0]?.state?.terminated).toBeDefined()
  expect((await fixture.events('web')).filter((event) => event.includes('Evicted'))).toEqual([
    `Warning Evicted: ${message}`,
  ])
})

test.each<[string, Partial<PodSpec>]>([
  ['without a limit', { volumes: [{ name: 'data', emptyDir: {} }] }],
  ['in memory', { volumes: [{ name: 'data', emptyDir: { sizeLimit: '100Mi', medium: 'Memory' } }] }],
  ['of a critical pod', { ...disk, priorityClassName: 'system-cluster-critical' }],
])('a volume %s evicts nobody', async (_which, spec) => {
  await start(spec, 900 * MIB)
  await fixture.advance(300_000)
  expect((await fixture.pod('web')).status?.phase).toBe('Running')
})

test('a use that the engine does not tell evicts nobody', async () => {
  await start(disk, 900 * MIB)
  fixture.runtime.volumeUsage = () => Promise.reject(new Error('unknown command usage'))
  await fixture.advance(300_000)
  expect((await fixture.pod('web')).status?.phase).toBe('Running')
})
