import { expect, test } from 'vitest'
import type { ContainerCounters } from '../../../shared/api/usage.ts'
import { silentLogger } from '../../../shared/lang/logger.ts'
import { ManualClock } from '../../../shared/lang/manual-clock.ts'
import { UsageHistory } from './usage-history.ts'
import { UsageSampler } from './usage-sampler.ts'

const MIB = 1024 ** 2

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Every container takes 100m and 10 MiB from its start. */
function sampled() {
  const clock = new ManualClock()
  const running = new Map<string, { node: string; since: number }>()
  const counters = async () =>
    [...running].map(([id, { node, since }]): ContainerCounters => {
      const [uid = '', container = ''] = id.split('/')
      const cpuNanos = BigInt(Math.round((clock.monotonicMs() - since) * 0.1 * 1_000_000))
      return { id, pod: { uid, namespace: 'ns', name: uid, node }, container, cpuNanos, memoryBytes: 10 * MIB }
    })
  const sampler = new UsageSampler({ counters, clock, logger: silentLogger })
  const nodeNames = ['n1', 'n2']
  const history = new UsageHistory({ sampler, nodeNames: () => nodeNames })
  return {
    async start() {
      sampler.start()
      await settled()
    },
    history,
    nodeNames,
    run: (id: string, node = 'n1') => void running.set(id, { node, since: clock.monotonicMs() }),
    end: (id: string) => void running.delete(id),
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 5_000) {
        clock.advance(5_000)
        await settled()
      }
    },
  }
}

/** "n1 200m 20Mi". */
const uses = (parts: readonly { name?: string; uid?: string; cpuMillis: number; memoryBytes: number }[]) =>
  parts.map((one) => `${one.name ?? one.uid ?? ''} ${one.cpuMillis}m ${one.memoryBytes / MIB}Mi`.trim())

test('tells what each pod and node takes, and nothing before there were two samples', async () => {
  const { history, run, start, pass } = sampled()
  run('web/app')
  run('web/log')
  run('db/app')
  await start()
  expect(history.now()).toEqual({ pods: [], nodes: [] })
  await pass(5_000)
  expect(uses(history.now().pods)).toEqual(['web 200m 20Mi', 'db 100m 10Mi'])
  expect(uses(history.now().nodes)).toEqual(['n1 300m 30Mi', 'n2 0m 0Mi'])
})

test('keeps the hour of a pod with its containers, and no more than the hour', async () => {
  const { history, run, start, pass } = sampled()
  run('web/app')
  run('web/log')
  await start()
  await pass(3_900_000)
  const hour = history.of({ kind: 'pod', uid: 'web' })
  expect(hour.length).toBe(240)
  expect(hour.at(-1)).toMatchObject({ cpuMillis: 200, containers: [{ name: 'app' }, { name: 'log' }] })
  expect(history.of({ kind: 'node', name: 'n1' }).length).toBe(240)
})

test('a pod, its node and the cluster keep what it took that is gone, for an hour', async () => {
  const { history, run, end, start, pass } = sampled()
  run('web/app')
  run('db/app', 'n2')
  await start()
  await pass(20_000)
  end('web/app')
  await pass(15_000)
  expect(uses(history.now().pods)).toEqual(['db 100m 10Mi'])
  expect(uses(history.of({ kind: 'pod', uid: 'web' }))).toEqual(['100m 10Mi', '100m 10Mi'])
  expect(uses(history.of({ kind: 'node', name: 'n1' }))).toEqual(['100m 10Mi', '100m 10Mi', '0m 0Mi'])
  expect(uses(history.of({ kind: 'cluster' }))).toEqual(['200m 20Mi', '200m 20Mi', '100m 10Mi'])
  await pass(3_600_000)
  expect(history.of({ kind: 'pod', uid: 'web' })).toEqual([])
})

test('says when a sample was taken, and forgets a node that is gone', async () => {
  const { history, nodeNames, run, start, pass } = sampled()
  let told = 0
  history.onSampled(() => {
    told += 1
  })
  run('web/app')
  await start()
  await pass(20_000)
  nodeNames.pop()
  await pass(15_000)
  expect(told).toBe(3)
  expect(history.of({ kind: 'node', name: 'n2' })).toEqual([])
})

test('a new container is told of soon, and many new ones do not hasten every sample', async () => {
  const { history, run, start, pass } = sampled()
  await start()
  await pass(15_000)
  run('web/app')
  await pass(20_000)
  expect(uses(history.now().pods)).toEqual(['web 100m 10Mi'])
  let told = 0
  history.onSampled(() => {
    told += 1
  })
  for (let index = 0; index < 40; index += 1) {
    run(`job-${index}/app`)
    await pass(5_000)
  }
  expect(told).toBe(20)
})
