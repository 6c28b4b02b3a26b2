import { expect, test } from 'vitest'
import { planJob } from '../../../electron/engine/controllers/job/plan.ts'
import { resources } from '../../../shared/api/resources.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Job, JobSpec } from '../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
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

/** Ends the running pods of these indexes; `exitCode` other than 0 fails them. */
async function endIndexes(started: World, indexes: readonly number[], exitCode: number): Promise<void> {
  const pods = started.cluster.client.resource(resources.pods)
  started.kubelet.ignores = ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed'
  const finishedAt = timestamp(started.cluster.clock.now())
  for (const pod of await running(started)) {
    const index = Number(pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'])
    if (!indexes.includes(index)) continue
    const state = { terminated: { exitCode, finishedAt } }
    const main = { name: 'main', image: '', imageID: '', ready: false, restartCount: 0, state }
    const phase = exitCode === 0 ? 'Succeeded' : 'Failed'
    await pods.updateStatus({ ...pod, status: { ...pod.status, phase, conditions: [], containerStatuses: [main] } })
  }
  await started.cluster.settle()
}

const indexed = { completions: 3, parallelism: 3, completionMode: 'Indexed' }

async function runningIndexes(started: World) {
  return (await running(started)).map(({ spec }) => spec?.hostname).sort()
}

test('a success policy ends an Indexed Job when the leader succeeds: the workers are stopped', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, { ...indexed, successPolicy: { rules: [{ succeededIndexes: '0', succeededCount: 1 }] } })
  await endIndexes(started, [1], 0)
  expect((await status(started)).conditions).toEqual([])
  await endIndexes(started, [0], 0)
  expect(await running(started)).toEqual([])
  expect(await status(started)).toMatchObject({
    completedIndexes: '0,1',
    conditions: ['SuccessCriteriaMet SuccessPolicy', 'Complete SuccessPolicy'],
  })
  expect(cluster.logged).toEqual([])
})

test('a failure policy ends the Job at an exit code, and counts no failure that it ignores', async () => {
  const started = await world()
  await using cluster = started.cluster
  const rules = [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
  ]
  await start(started, { ...indexed, backoffLimit: 0, podFailurePolicy: { rules } })
  const pods = cluster.client.resource(resources.pods)
  started.kubelet.ignores = ({ status }) => status?.phase === 'Failed'
  const [disrupted] = await running(started)
  if (disrupted === undefined) throw new Error('no pod runs')
  const conditions = [{ type: 'DisruptionTarget', status: 'True' }]
  await pods.updateStatus({ ...disrupted, status: { ...disrupted.status, phase: 'Failed', conditions } })
  await cluster.settle()
  await cluster.advance(10_000)
  expect(await status(started)).toMatchObject({ conditions: [], active: 3 })
  expect(await status(started)).not.toHaveProperty('failed')
  await endIndexes(started, [1], 42)
  // The two that were stopped because of it ended without success as well.
  expect(await status(started)).toMatchObject({ failed: 3 })
  const { conditions: written } = (await cluster.client.resource(resources.jobs).get('work', 'default')).status ?? {}
  expect(
    written?.map(({ type, reason, message }) => `${type} ${reason} ${message}`.replace(/work-1-\w+/, 'work-1-x')),
  ).toEqual(
    ['FailureTarget', 'Failed'].map(
      (type) =>
        `${type} PodFailurePolicy Container main for pod default/work-1-x failed with exit code 42 matching FailJob rule at index 1`,
    ),
  )
  expect(await running(started)).toEqual([])
})

test('with a limit per index one bad index fails alone, after its own back-off', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, { ...indexed, backoffLimitPerIndex: 1 })
  await endIndexes(started, [0, 1], 0)
  await endIndexes(started, [2], 1)
  expect(await runningIndexes(started)).toEqual([])
  await cluster.advance(10_000)
  expect(await runningIndexes(started)).toEqual(['work-2'])
  const [again] = await running(started)
  expect(again?.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-index-failure-count': '1' })
  await endIndexes(started, [2], 1)
  expect(await status(started)).toMatchObject({
    succeeded: 2,
    failed: 2,
    failedIndexes: '2',
    completedIndexes: '0,1',
    conditions: ['FailureTarget FailedIndexes', 'Failed FailedIndexes'],
  })
  const { items } = await cluster.client.resource(resources.pods).list()
  expect(items.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([])
  expect(cluster.logged).toEqual([])
})

test('an index that waits out its back-off keeps its place: the others with one go on, none comes before its turn', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, { ...indexed, completions: 5, parallelism: 2, backoffLimitPerIndex: 2 })
  expect(await runningIndexes(started)).toEqual(['work-0', 'work-1'])
  await endIndexes(started, [0], 1)
  expect(await runningIndexes(started)).toEqual(['work-1'])
  await endIndexes(started, [1], 0)
  expect(await runningIndexes(started)).toEqual(['work-2'])
  await cluster.advance(10_000)
  expect(await runningIndexes(started)).toEqual(['work-0', 'work-2'])
  expect(cluster.logged).toEqual([])
})

test('a Job makes and withdraws at most 500 pods at once, the rest after those were seen', async () => {
  const started = await world()
  await using cluster = started.cluster
  const wide = job({ completions: undefined, parallelism: 1200 })
  const moment = { now: cluster.clock.now(), activeMs: 0 }
  expect(planJob(wide, [], moment).create).toHaveLength(500)
  const pods = Array.from({ length: 1200 }, (_, at) => ({
    ...wide,
    kind: 'Pod',
    metadata: { name: `work-${at}`, uid: `${at}`, finalizers: ['batch.kubernetes.io/job-tracking'] },
    status: { phase: 'Running' },
  })) as Pod[]
  expect(planJob(job({ parallelism: 0 }), pods, moment).withdraw).toHaveLength(500)
  await start(started, { completions: 700, parallelism: 700 })
  expect(await running(started)).toHaveLength(700)
})

test('FailIndex spares an index its tries, and too many failed indexes end the Job', async () => {
  const started = await world()
  await using cluster = started.cluster
  const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [3] } }]
  await start(started, { ...indexed, backoffLimitPerIndex: 5, maxFailedIndexes: 1, podFailurePolicy: { rules } })
  await endIndexes(started, [0], 3)
  expect(await status(started)).toMatchObject({ failedIndexes: '0', active: 2, conditions: [] })
  await endIndexes(started, [1], 3)
  expect(await running(started)).toEqual([])
  expect((await status(started)).conditions).toEqual([
    'FailureTarget MaxFailedIndexesExceeded',
    'Failed MaxFailedIndexesExceeded',
  ])
  expect(cluster.logged).toEqual([])
})

test('with the replacement policy Failed a pod that ends is waited for; another controller keeps its Jobs', async () => {
  const started = await world()
  await using cluster = started.cluster
  const pods = cluster.client.resource(resources.pods)
  started.kubelet.ignores = ({ metadata }) => metadata.deletionTimestamp !== undefined
  await start(started, { podReplacementPolicy: 'Failed' })
  const [only] = await running(started)
  await pods.delete({ name: only?.metadata.name ?? '', namespace: 'default' })
  await cluster.settle()
  expect(await running(started)).toEqual([])
  expect(await status(started)).toMatchObject({ terminating: 1 })
  expect(await status(started)).not.toHaveProperty('failed')

  const jobs = cluster.client.resource(resources.jobs)
  await jobs.delete({ name: 'work', namespace: 'default' }, { propagationPolicy: 'Orphan' })
  await cluster.settle()
  await start(started, { managedBy: 'example.com/queue' })
  expect((await jobs.get('work', 'default')).status?.startTime).toBeUndefined()
})

async function change({ cluster }: World, edit: (spec: JobSpec) => Partial<JobSpec>): Promise<void> {
  const jobs = cluster.client.resource(resources.jobs)
  const before = await jobs.get('work', 'default')
  const spec = before.spec as JobSpec
  await jobs.update({ ...before, spec: { ...spec, ...edit(spec) } })
  await cluster.settle()
}

test('pods that suspending or a smaller parallelism takes away have not failed', async () => {
  const started = await world()
  await using cluster = started.cluster
  const { logged } = cluster
  await start(started, { completions: 3, parallelism: 3, backoffLimit: 0 })
  await change(started, () => ({ parallelism: 1 }))
  expect(await running(started)).toHaveLength(1)
  await change(started, () => ({ suspend: true }))
  expect(await running(started)).toEqual([])
  expect(await status(started)).toMatchObject({ conditions: ['Suspended JobSuspended'], terminating: 0 })
  await change(started, () => ({ suspend: false, parallelism: 3 }))
  expect(await running(started)).toHaveLength(3)
  await end(started, 'Succeeded')
  expect(await status(started)).not.toHaveProperty('failed')
  expect(logged).toEqual([])
  expect(await status(started)).toMatchObject({
    succeeded: 3,
    conditions: expect.arrayContaining(['Complete CompletionsReached']),
  })
})

test('an Indexed Job that gets smaller gives up its highest indexes, done or not', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, indexed)
  await endIndexes(started, [2], 0)
  await change(started, () => ({ completions: 1, parallelism: 1 }))
  expect(await runningIndexes(started)).toEqual(['work-0'])
  expect(await status(started)).not.toHaveProperty('completedIndexes')
  await endIndexes(started, [0], 0)
  expect(await status(started)).toMatchObject({ succeeded: 1, completedIndexes: '0' })
  expect(cluster.logged).toEqual([])
})

test('failures that the policy ignores are replaced after the back-off too', async () => {
  const started = await world()
  await using cluster = started.cluster
  const rules = [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [3] } }]
  await start(started, { ...indexed, completions: 1, parallelism: 1, podFailurePolicy: { rules } })
  for (const waitMs of [10_000, 20_000]) {
    await endIndexes(started, [0], 3)
    await cluster.advance(waitMs - 2000)
    expect(await running(started)).toEqual([])
    await cluster.advance(3000)
    expect(await running(started)).toHaveLength(1)
  }
  expect(await status(started)).not.toHaveProperty('failed')
})

test('a Job that is deleted in the foreground lets its pods go first', async () => {
  const started = await world()
  await using cluster = started.cluster
  await start(started, { completions: 2, parallelism: 2 })
  const jobs = cluster.client.resource(resources.jobs)
  await jobs.delete({ name: 'work', namespace: 'default' }, { propagationPolicy: 'Foreground' })
  await cluster.advance(5000)
  expect((await cluster.client.resource(resources.pods).list()).items).toEqual([])
  expect((await jobs.list()).items).toEqual([])
})
