import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { CronJob, CronJobSpec } from '../../../shared/api/types/batch-v1.ts'
import type { Event } from '../../../shared/api/types/core-v1.ts'
import { type World, world } from './world.ts'

const MINUTE = 60_000

function cronJob(spec: Partial<CronJobSpec> = {}): CronJob {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } }
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default' },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template } }, ...spec },
  }
}

/** Starts at a full hour. */
async function start(spec: Partial<CronJobSpec> = {}): Promise<World> {
  const started = await world()
  const { clock } = started.cluster
  await started.cluster.advance(60 * MINUTE - (clock.now() % (60 * MINUTE)) + 1000)
  await started.cluster.client.resource(resources.cronJobs).create(cronJob(spec))
  await started.cluster.settle()
  return started
}

const jobs = async ({ cluster }: World) => (await cluster.client.resource(resources.jobs).list()).items
const status = async ({ cluster }: World) =>
  (await cluster.client.resource(resources.cronJobs).get('tick', 'default')).status

async function finish(started: World): Promise<void> {
  const { client } = started.cluster
  started.kubelet.ignores = ({ status }) => status?.phase === 'Succeeded'
  for (const pod of (await client.resource(resources.pods).list()).items) {
    if (pod.status?.phase !== 'Running') continue
    await client.resource(resources.pods).updateStatus({ ...pod, status: { ...pod.status, phase: 'Succeeded' } })
  }
  await started.cluster.settle()
}

test('a CronJob starts a Job at each of its times and keeps only the last of those that ended', async () => {
  const started = await start({ successfulJobsHistoryLimit: 2 })
  await using cluster = started.cluster
  expect(await jobs(started)).toEqual([])
  await cluster.advance(5 * MINUTE)
  const [job] = await jobs(started)
  expect(job?.metadata.name).toBe(`tick-${Math.floor(cluster.clock.now() / MINUTE)}`)
  expect(await status(started)).toMatchObject({ active: [{ name: job?.metadata.name }] })
  await finish(started)
  expect(await status(started)).not.toHaveProperty('active')
  for (let round = 0; round < 3; round++) {
    await cluster.advance(5 * MINUTE)
    await finish(started)
  }
  expect(await jobs(started)).toHaveLength(2)
  expect(await status(started)).toMatchObject({ lastSuccessfulTime: expect.any(String) })
  const events = await cluster.events('tick')
  expect(events).toContain(`Normal SuccessfulCreate: Created job ${job?.metadata.name}`)
  expect(events).toContain(`Normal SawCompletedJob: Saw completed job: ${job?.metadata.name}, condition: Complete`)
  expect(cluster.logged).toEqual([])
})

test.each([
  ['Forbid', 1],
  ['Replace', 1],
  ['Allow', 2],
])('while a Job runs, the next is started as concurrencyPolicy %s says', async (concurrencyPolicy, count) => {
  const started = await start({ concurrencyPolicy })
  await using cluster = started.cluster
  await cluster.advance(5 * MINUTE)
  const [first] = await jobs(started)
  await cluster.advance(5 * MINUTE)
  const now = await jobs(started)
  expect(now).toHaveLength(count)
  expect(now.some(({ metadata }) => metadata.uid === first?.metadata.uid)).toBe(concurrencyPolicy !== 'Replace')
})

test('after a long sleep only the last missed time is made up for, and one past its deadline is not', async () => {
  const started = await start()
  await using cluster = started.cluster
  cluster.clock.jump(24 * 60 * MINUTE)
  await cluster.advance(MINUTE)
  expect(await jobs(started)).toHaveLength(1)
  expect(await cluster.events('tick')).toContain(
    'Warning TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
  )
  const other = await start({ startingDeadlineSeconds: 30 })
  await using second = other.cluster
  second.clock.jump(62 * MINUTE)
  await second.advance(MINUTE)
  expect(await jobs(other)).toEqual([])
})

test('a suspended CronJob starts nothing; times are those of its time zone', async () => {
  const suspended = await start({ suspend: true })
  await using cluster = suspended.cluster
  await cluster.advance(20 * MINUTE)
  expect(await jobs(suspended)).toEqual([])
  const zoned = await start({ schedule: '0 9 * * *', timeZone: 'Asia/Seoul' })
  await using other = zoned.cluster
  await other.advance(24 * 60 * MINUTE)
  const [job] = await jobs(zoned)
  const minutes = Number(job?.metadata.name?.split('-')[1])
  expect(new Date(minutes * MINUTE).toISOString()).toMatch(/T00:00:00/)
  expect(job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toMatch(/T09:00:00\+09:00$/)
})

test('an interval counts from the last start, also after a sleep and with a deadline', async () => {
  const started = await start({ schedule: '@every 45m', startingDeadlineSeconds: 600 })
  await using cluster = started.cluster
  const created = cluster.clock.now()
  const starts = async () =>
    (await jobs(started)).map(({ metadata }) => Number(metadata.name?.split('-')[1]) - Math.floor(created / MINUTE))
  await cluster.advance(46 * MINUTE)
  expect(await starts()).toEqual([45])
  cluster.clock.jump(4 * 60 * MINUTE)
  await cluster.advance(MINUTE)
  expect(await starts(), 'missed by more than the deadline').toEqual([45])
  await cluster.advance(30 * MINUTE)
  expect(await starts()).toEqual([45, 315])
})

test('a Job made by hand from a CronJob is told of once, and neither listed as active nor in the way of Forbid', async () => {
  const started = await start({ concurrencyPolicy: 'Forbid' })
  await using cluster = started.cluster
  const { uid = '' } = (await cluster.client.resource(resources.cronJobs).get('tick', 'default')).metadata
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid, controller: true }
  const spec = cronJob().spec?.jobTemplate.spec
  await cluster.client.resource(resources.jobs).create({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'by-hand', namespace: 'default', ownerReferences: [owner] },
    ...(spec ? { spec } : {}),
  })
  await cluster.advance(5 * MINUTE)
  expect(await jobs(started)).toHaveLength(2)
  expect(await status(started)).toMatchObject({ active: [{ name: expect.stringMatching(/^tick-/) }] })
  const { items } = await cluster.client.resource<Event>(resources.events).list()
  const told = items.filter(({ reason }) => reason === 'UnexpectedJob')
  const message = 'Saw a job that the controller did not create or forgot: by-hand'
  expect(told).toEqual([expect.objectContaining({ type: 'Warning', message, count: 1 })])
})

test('a Job of the scheduled name that is not its own is left alone, and started for once the name is free', async () => {
  const started = await start()
  await using cluster = started.cluster
  const name = `tick-${Math.floor(cluster.clock.now() / MINUTE) + 5}`
  const spec = cronJob().spec?.jobTemplate.spec
  const metadata = { name, namespace: 'default' }
  const client = cluster.client.resource(resources.jobs)
  const other = await client.create({ apiVersion: 'batch/v1', kind: 'Job', metadata, ...(spec ? { spec } : {}) })
  await cluster.advance(5 * MINUTE)
  expect((await client.get(name, 'default')).metadata.uid).toBe(other.metadata.uid)
  expect(await status(started)).toEqual({})
  await client.delete({ name, namespace: 'default' }, { propagationPolicy: 'Background' })
  await cluster.advance(MINUTE)
  expect(await status(started)).toMatchObject({ active: [{ name }], lastScheduleTime: expect.any(String) })
})

test('a schedule that never comes is told as a warning', async () => {
  const started = await start({ schedule: '59 23 31 2 *' })
  await using cluster = started.cluster
  await cluster.advance(5 * MINUTE)
  const problem = 'time difference between two schedules is less than 1 second'
  expect(await cluster.events('tick')).toEqual([`Warning InvalidSchedule: invalid schedule: 59 23 31 2 * : ${problem}`])
})
