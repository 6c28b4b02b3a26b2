import { describe, expect, test } from 'vitest'
import type { ClusterSummary, TerminalOutput } from '../../shared/ipc/contract.ts'
import { memoryTransportPair } from '../../shared/ipc/memory-transport.ts'
import { DUPLEX_WINDOW, IpcError } from '../../shared/ipc/protocol.ts'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { type Implementation, serveRpc } from './rpc-server.ts'

const target = { cluster: 'dev', namespace: 'default', pod: 'web', container: 'web' }

function connect(implementation: Partial<Implementation>) {
  const { client, server } = memoryTransportPair()
  serveRpc(server, implementation as Implementation, (error) => ({
    reason: 'InternalError',
    message: String(error),
    code: 500,
  }))
  return { rpc: new RpcClient(client), client, server }
}

const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))))

describe('a call', () => {
  test('answers with what the implementation returned', async () => {
    const { rpc } = connect({ 'clusters.kubeconfig': async ({ cluster }) => `kubeconfig of ${cluster}` })
    expect(await rpc.call('clusters.kubeconfig', { cluster: 'dev' })).toBe('kubeconfig of dev')
  })

  test('is refused before it reaches the implementation when its input is not of the contract', async () => {
    let reached = false
    const { rpc } = connect({
      'clusters.kubeconfig': async () => {
        reached = true
        return ''
      },
    })
    const refused = rpc.call('clusters.kubeconfig', { cluster: '../../etc' })
    await expect(refused).rejects.toMatchObject({ reason: 'BadRequest', code: 400 })
    expect(reached).toBe(false)
  })

  test('of a name that is only on the prototype is unknown', async () => {
    const { client } = connect({})
    const answers: unknown[] = []
    client.onMessage((message) => answers.push(message))
    client.send({ id: 1, type: 'open', procedure: 'constructor', input: {} })
    await settled()
    expect(answers).toMatchObject([{ id: 1, type: 'error', error: { reason: 'BadRequest' } }])
  })

  test('fails with Disconnected when the engine goes away', async () => {
    const { rpc, server } = connect({ 'clusters.list': () => new Promise<readonly ClusterSummary[]>(() => undefined) })
    const pending = rpc.call('clusters.list')
    server.close()
    await expect(pending).rejects.toBeInstanceOf(IpcError)
    await expect(rpc.call('clusters.list')).rejects.toMatchObject({ reason: 'Disconnected' })
  })
})

describe('a stream', () => {
  test('delivers everything in order, then ends', async () => {
    const { rpc } = connect({
      'pods.logs': async (_input, sink) => {
        for (let line = 0; line < 10_000; line++) await sink.push(`${line}`)
      },
    })
    const lines: string[] = []
    await new Promise<void>((resolve) => {
      const input = { ...target, follow: false, previous: false, timestamps: false }
      rpc.stream('pods.logs', input, { onItems: (items) => lines.push(...items), onEnd: () => resolve() })
    })
    expect(lines).toEqual(Array.from({ length: 10_000 }, (_, line) => `${line}`))
  })

  test('ends as Expired when a source that does not wait runs far ahead of its client', async () => {
    const { rpc } = connect({
      'clusters.watch': (_input, sink) => {
        for (let change = 0; change <= 50_000; change++) sink.push([])
        return new Promise((resolve) => sink.signal.addEventListener('abort', () => resolve()))
      },
    })
    const failure = await new Promise((resolve) => {
      rpc.stream('clusters.watch', undefined, { onItems: () => undefined, onEnd: resolve })
    })
    expect(failure).toMatchObject({ reason: 'Expired', code: 410 })
  })

  test.each([
    [{ cluster: 'dev', of: { kind: 'pod', uid: '' } }, 'of.uid'],
    [{ cluster: 'dev', of: { kind: 'node' } }, 'of.name'],
    [{ cluster: 'dev', of: { kind: 'container', uid: '1' } }, 'of.kind'],
    [{ cluster: '../x', of: { kind: 'cluster' } }, 'cluster'],
  ])('of the hour of %j is refused: %s', async (input, path) => {
    const { rpc } = connect({ 'usage.history': () => Promise.reject(new Error('reached')) })
    const failure = await new Promise((resolve) => {
      rpc.stream('usage.history', input as never, { onItems: () => undefined, onEnd: resolve })
    })
    expect(failure).toMatchObject({ reason: 'BadRequest', message: expect.stringContaining(`usage.history: ${path}`) })
  })

  test('tells the implementation when the client cancels', async () => {
    let signal: AbortSignal | undefined
    const { rpc } = connect({
      'clusters.watch': (_input, sink) => {
        signal = sink.signal
        return new Promise((resolve) => sink.signal.addEventListener('abort', () => resolve()))
      },
    })
    const handle = rpc.stream('clusters.watch', undefined, { onItems: () => undefined })
    await settled()
    handle.cancel()
    await settled()
    expect(signal?.aborted).toBe(true)
  })
})

describe('a duplex conversation', () => {
  test('makes the sender wait while output is not acknowledged', async () => {
    let waited = false
    const { rpc } = connect({
      'pods.exec': async (_input, peer) => {
        const room = peer.send({ type: 'output', text: 'x' }, DUPLEX_WINDOW)
        waited = room !== undefined
        await room
        peer.send({ type: 'exit', code: 0 }, 0)
      },
    })
    const items: TerminalOutput[] = []
    await new Promise<void>((resolve) => {
      const handle = rpc.duplex(
        'pods.exec',
        { ...target, command: ['sh'] },
        {
          onItem: (item) => {
            items.push(item)
            if (item.type === 'output') handle.ack(DUPLEX_WINDOW)
          },
          onEnd: () => resolve(),
        },
      )
    })
    expect(waited).toBe(true)
    expect(items).toEqual([
      { type: 'output', text: 'x' },
      { type: 'exit', code: 0 },
    ])
  })
})
