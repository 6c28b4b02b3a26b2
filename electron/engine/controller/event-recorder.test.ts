import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { createNamespace, simulatedCluster } from '../../../test/support/simulated-cluster.ts'
import { createEventRecorder } from './event-recorder.ts'

const about = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default', uid: 'u1' } }

async function start() {
  const cluster = await simulatedCluster()
  const recorder = createEventRecorder({ ...cluster, component: 'tester', host: 'node-1' })
  const events = async () => (await cluster.client.resource(resources.events).list()).items
  return { cluster, recorder, events }
}

test('an event names its object, source and times; the same again counts up', async () => {
  const { cluster, recorder, events } = await start()
  await using _ = cluster
  for (let time = 0; time < 3; time++) {
    recorder.event(about, 'Warning', 'Failed', 'it broke', { fieldPath: 'spec.containers{web}' })
    await recorder.flushed()
    cluster.clock.advance(10_000)
  }
  expect(await events()).toMatchObject([
    {
      involvedObject: {
        kind: 'ConfigMap',
        name: 'settings',
        namespace: 'default',
        uid: 'u1',
        fieldPath: 'spec.containers{web}',
      },
      type: 'Warning',
      reason: 'Failed',
      message: 'it broke',
      count: 3,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:20Z',
      source: { component: 'tester', host: 'node-1' },
      reportingComponent: 'tester',
      reportingInstance: 'node-1',
    },
  ])
})

test('many messages of one reason are combined, and one object can only say so much', async () => {
  const { cluster, recorder, events } = await start()
  await using _ = cluster
  for (let index = 0; index < 40; index++) recorder.event(about, 'Normal', 'Step', `step ${index}`)
  await recorder.flushed()
  const written = await events()
  expect(written).toHaveLength(10)
  expect(written.find(({ message }) => message?.startsWith('(combined from similar events): '))?.count).toBe(16)
})

test('an event that has expired is written anew', async () => {
  const { cluster, recorder, events } = await start()
  await using _ = cluster
  recorder.event(about, 'Normal', 'Said', 'once')
  await recorder.flushed()
  await cluster.client.resource(resources.events).deleteCollection({ namespace: 'default' })
  recorder.event(about, 'Normal', 'Said', 'once')
  await recorder.flushed()
  expect(await events()).toMatchObject([{ count: 2 }])
})

test('an event that cannot be written is dropped and logged once', async () => {
  const { cluster, recorder } = await start()
  await using _ = cluster
  await createNamespace(cluster.client, 'other')
  recorder.event({ ...about, metadata: { ...about.metadata, namespace: 'Not A Name' } }, 'Normal', 'Said', 'x')
  await recorder.flushed()
  expect(cluster.logged.length).toBeLessThanOrEqual(1)
})
