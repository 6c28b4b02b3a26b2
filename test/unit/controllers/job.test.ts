import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { Job, JobSpec } from '../../../shared/api/types/batch-v1.ts'
import { type World, world } from './world.ts'

function job(spec: Partial<JobSpec>): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default' },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      template: {
        metadata: { labels: { 'job-name': 'work' } },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] },
      },
      ...spec,
    },
  }
}

async function start({ cluster }: World, spec: Partial<JobSpec>): Promise<void> {
  await cluster.client.resource(resources.jobs).create(job(spec))
  await cluster.settle()
}

async function running({ cluster }: World) {
  const { items } = await cluster.client.resource(resources.pods).list({ namespace: 'default' })
  return items.filter(({ status, metadata }) => status?.phase === 'Running' && !metadata.deletionTimestamp)
}

/** Ends every pod that runs now. */
async function end(started: World, phase: 'Succeeded' | 'Failed'): Promise<void> {
  const pods = started.cluster.client.resource(resources.pods)
  started.kubelet.ignores = ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed'
  for (const pod of await running(started))
    await pods.updateStatus({ ...pod, status: { ...pod.status, phase, conditions: [] } })
  await started.cluster.settle()
}

async function status({ cluster }: World) {
  const { status } = await cluster.client.resource(resources.jobs).get('work', 'default')
  const conditions = (status?.conditions ?? [])
    .filter(({ status }) => status === 'True')
    .map(({ type, reason }) => `${type} ${reason}`)
  return { ...status, conditions }
}

test('a Job runs as many pods as it wants completions, at most parallelism at once, and counts each once', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, { completions: 3, parallelism: 2 })
  expect(await running(started)).toHaveLength(2)
  await end(started, 'Succeeded')
  expect(await running(started)).toHaveLength(1)
  expect(await status(started)).toMatchObject({ active: 1, succeeded: 2, conditions: [] })
  await end(started, 'Succeeded')
  const done = await status(started)
  expect(done).toMatchObject({
    succeeded: 3,
    uncountedTerminatedPods: {},
    conditions: ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'],
    completionTime: expect.any(String),
  })
  expect(done).not.toHaveProperty('active')
  expect(await cluster.events('work')).toContain('Normal Completed: Job completed')
  const { items } = await cluster.client.resource(resources.pods).list()
  expect(items.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([])
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
  expect(cluster.logged).toEqual([])
})

test('failed pods are replaced with back-off until the limit', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, { backoffLimit: 2 })
  await end(started, 'Failed')
  expect(await running(started)).toHaveLength(0)
  await cluster.advance(9000)
  expect(await running(started)).toHaveLength(0)
  await cluster.advance(1000)
  expect(await running(started)).toHaveLength(1)
  await end(started, 'Failed')
  await cluster.advance(20_000)
  await end(started, 'Failed')
  expect(await status(started)).toMatchObject({
    failed: 3,
    conditions: ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'],
  })
  expect(await cluster.events('work')).toContain(
    'Warning BackoffLimitExceeded: Job has reached the specified backoff limit',
  )
})

test('an Indexed Job completes every index once', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, { completions: 3, parallelism: 3, completionMode: 'Indexed' })
  const [first, second, third] = await running(started)
  expect([first, second, third].map((pod) => pod?.spec?.hostname).sort()).toEqual(['work-0', 'work-1', 'work-2'])
  await end(started, 'Succeeded')
  expect(await status(started)).toMatchObject({ completedIndexes: '0-2', succeeded: 3 })
  expect(cluster.logged).toEqual([])
})

test('a deadline ends a Job with its pods, suspending stops them, and a finished Job expires', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, { activeDeadlineSeconds: 30, ttlSecondsAfterFinished: 60 })
  const jobs = cluster.client.resource(resources.jobs)
  await cluster.advance(31_000)
  expect(await running(started)).toHaveLength(0)
  expect((await status(started)).conditions).toEqual(['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded'])
  await cluster.advance(61_000)
  expect((await jobs.list()).items).toEqual([])
  expect((await cluster.client.resource(resources.pods).list()).items).toEqual([])
  await start(started, { suspend: true })
  expect(await running(started)).toHaveLength(0)
  expect((await status(started)).conditions).toEqual(['Suspended JobSuspended'])
  const suspended = await jobs.get('work', 'default')
  await jobs.update({ ...suspended, spec: { ...(suspended.spec as JobSpec), suspend: false } })
  await cluster.settle()
  expect(await running(started)).toHaveLength(1)
})
