import { beforeEach, describe, expect, test } from 'vitest'
import { resources } from '../../shared/api/resources.ts'
import type { WatchItem } from '../../shared/ipc/contract.ts'
import { memoryTransportPair } from '../../shared/ipc/memory-transport.ts'
import type { ServerMessage } from '../../shared/ipc/protocol.ts'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { toDisposable } from '../../shared/lang/disposable.ts'
import { LiveList } from './live-list.ts'

let frames: (() => void)[]
let timers: (() => void)[]
let list: LiveList

beforeEach(() => {
  frames = []
  timers = []
  const later = (queue: (() => void)[]) => (callback: () => void) => {
    queue.push(callback)
    return toDisposable(() => queue.splice(queue.indexOf(callback), 1))
  }
  const onTimer = later(timers)
  list = new LiveList('dev', resources.pods, { frame: later(frames), after: (_ms, callback) => onTimer(callback) })
})

const settle = () => new Promise((resolve) => setImmediate(resolve))
const runAll = (queue: (() => void)[]) => {
  for (const callback of queue.splice(0)) callback()
}

/** An engine that says only what the test lets it say. */
async function connect() {
  const { client, server } = memoryTransportPair()
  let id = 0
  server.onMessage((message) => {
    if (message.type === 'open') id = message.id
  })
  list.attach(new RpcClient(client))
  await settle()
  return {
    async say(message: (id: number) => ServerMessage) {
      server.send(message(id))
      await settle()
    },
    async items(...lines: readonly string[]) {
      const items = lines.map((line): WatchItem => {
        const [type, name = '', version = '1'] = line.split(' ')
        if (type === 'SYNCED') return { type }
        const metadata = { name, namespace: 'ns', resourceVersion: version }
        return { type: type as 'ADDED', object: { apiVersion: 'v1', kind: 'Pod', metadata } }
      })
      await this.say((to) => ({ id: to, type: 'batch', items }))
    },
  }
}

/** "a@1 b@2". */
const shown = () =>
  [...list.store.getState().objects.values()]
    .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
    .join(' ')

describe('a live list', () => {
  test('tells its readers once a frame, with the last version of each object', async () => {
    let told = 0
    const engine = await connect()
    list.store.subscribe(() => {
      told += 1
    })
    await engine.items('ADDED a 1', 'ADDED b 1', 'SYNCED')
    await engine.items('MODIFIED a 2', 'MODIFIED a 3', 'DELETED b 2')
    expect(told).toBe(0)
    runAll(frames)
    expect([told, shown(), list.store.getState().phase]).toEqual([1, 'a@3', 'live'])
  })

  test('keeps what it knows while disconnected, and drops what is gone once the new stream is complete', async () => {
    const engine = await connect()
    await engine.items('ADDED a 1', 'ADDED b 1', 'SYNCED')
    runAll(frames)
    list.attach(undefined)
    expect([shown(), list.store.getState().phase]).toEqual(['a@1 b@1', 'stale'])
    const next = await connect()
    await next.items('ADDED b 5')
    runAll(frames)
    expect([shown(), list.store.getState().phase]).toEqual(['a@1 b@5', 'stale'])
    await next.items('SYNCED')
    runAll(frames)
    expect([shown(), list.store.getState().phase]).toEqual(['b@5', 'live'])
  })

  test('says why it can not be read, and tries again', async () => {
    const engine = await connect()
    await engine.say((id) => ({ id, type: 'error', error: { reason: 'Forbidden', message: 'no', code: 403 } }))
    expect(list.store.getState()).toMatchObject({ phase: 'failed', failure: { message: 'no' } })
    runAll(timers)
    await settle()
    await engine.items('ADDED a 1', 'SYNCED')
    runAll(frames)
    expect(shown()).toBe('a@1')
  })
})
