import { expect, test } from 'vitest'
import type { UsageSample } from '../../shared/api/usage-history.ts'
import { memoryTransportPair } from '../../shared/ipc/memory-transport.ts'
import type { ServerMessage } from '../../shared/ipc/protocol.ts'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { toDisposable } from '../../shared/lang/disposable.ts'
import { UsageHourReader, UsageNowReader } from './usage-readers.ts'

const MINUTE = 60_000
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** An engine that says only what the test lets it say. */
function connect() {
  const { client, server } = memoryTransportPair()
  let id = 0
  server.onMessage((message) => {
    if (message.type === 'open') id = message.id
  })
  const say = async (message: (id: number) => ServerMessage) => {
    await settle()
    server.send(message(id))
    await settle()
  }
  const batch = (...items: readonly unknown[]) => say((to) => ({ id: to, type: 'batch', items }))
  return { rpc: new RpcClient(client), say, batch }
}

const timers: (() => void)[] = []
const after = (_ms: number, callback: () => void) => {
  timers.push(callback)
  return toDisposable(() => timers.splice(timers.indexOf(callback), 1))
}

const sample = (minute: number): UsageSample => ({ at: minute * MINUTE, cpuMillis: 1, memoryBytes: 1 })
const minutes = (samples: readonly UsageSample[] | undefined) => samples?.map(({ at }) => at / MINUTE).join(' ')

test('an hour grows by each sample, loses what is older, and begins anew with a new stream', async () => {
  const hour = new UsageHourReader('dev', { kind: 'node', name: 'n1' }, after)
  const first = connect()
  hour.attach(first.rpc)
  expect(hour.store.getState()).toBe(undefined)
  await first.batch([sample(1), sample(2)])
  await first.batch([sample(3)], [sample(62)])
  expect(minutes(hour.store.getState())).toBe('3 62')
  hour.attach(undefined)
  expect(minutes(hour.store.getState())).toBe('3 62')
  const second = connect()
  hour.attach(second.rpc)
  await second.batch([sample(62), sample(63)])
  expect(minutes(hour.store.getState())).toBe('62 63')
})

test('the present is the last that was told, and is asked for again when its stream ends', async () => {
  const now = new UsageNowReader('dev', after)
  const { rpc, say, batch } = connect()
  now.attach(rpc)
  const pods = (cpuMillis: number) => ({ at: 1, nodes: [], pods: [{ uid: 'a', cpuMillis, memoryBytes: 5 }] })
  await batch(pods(1), pods(2))
  expect(now.store.getState().pods.get('a')).toEqual({ cpuMillis: 2, memoryBytes: 5 })
  await say((id) => ({ id, type: 'end' }))
  for (const retry of timers.splice(0)) retry()
  await batch(pods(3))
  expect(now.store.getState().pods.get('a')?.cpuMillis).toBe(3)
})
