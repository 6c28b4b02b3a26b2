import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import { connect, createServer as createTcpServer, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { DisposableStore, toDisposable } from '../../../../shared/lang/disposable.ts'
import { laptopBench, listening } from '../../../../test/support/laptop-bench.ts'
import { endpoints, service } from '../../../../test/support/service-objects.ts'
import { ServiceListeners } from '../listeners/service-listeners.ts'
import { startHttpFront } from './http-front.ts'
import { KeptConnections } from './kept-connections.ts'

const store = new DisposableStore()
afterEach(() => store.dispose())

const HOST = 'web.default.dev.localhost'

/** A way to the Service `web`, and what asks through it. */
async function way() {
  const bench = laptopBench()
  let turn = 0
  // Each choice is the next one in turn.
  const deps = { ...bench.deps, random: () => (turn++ % 2) / 2 }
  const entries = store.add(new ServiceListeners(deps))
  const kept = store.add(new KeptConnections({ ...deps, entries }))
  const { port } = store.add(await startHttpFront(0, { ...deps, cluster: 'dev', entries, kept }))
  bench.services.set(service('web', '10.77.128.20'))
  const rotation = (...addresses: string[]) => bench.endpointSlices.set(endpoints('web', addresses))
  const agent = new Agent({ keepAlive: true })
  store.add(toDisposable(() => agent.destroy()))
  const open = (options: object = {}) => {
    const { headers, ...rest } = options as { headers?: object }
    return request({ host: '127.0.0.1', port, agent, headers: { host: HOST, ...headers }, ...rest })
  }
  const ask = async (options: object = {}, body?: string) => {
    const [response] = (await once(open(options).end(body), 'response')) as [IncomingMessage]
    return `${response.statusCode} ${await text(response)}`
  }
  return { ...bench, port, rotation, open, ask }
}

/** An HTTP pod that keeps its connections and closes none itself. */
async function httpPod(answer: RequestListener) {
  const server = createServer({ keepAliveTimeout: 0 }, answer)
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  store.add(toDisposable(() => server.closeAllConnections()))
  return { server, sockets, port: await listening(server, store) }
}

/** A pod that gets each request as text and answers by hand. */
async function rawPod(answer: (asked: string, socket: Socket, number: number) => void): Promise<number> {
  let number = 0
  return await listening(
    createTcpServer((socket) => {
      store.add(toDisposable(() => socket.destroy()))
      socket.on('error', () => undefined)
      socket.on('data', (data) => answer(String(data), socket, ++number))
    }),
    store,
  )
}

const named =
  (name: string): RequestListener =>
  (_, answer) =>
    answer.end(name)
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('connections to pods', () => {
  test('carry one request after another, spread over the pods', async () => {
    const { pods, rotation, ask } = await way()
    const [one, two] = [await httpPod(named('one')), await httpPod(named('two'))]
    pods.set('10.77.1.1', one.port).set('10.77.1.2', two.port)
    rotation('10.77.1.1', '10.77.1.2')
    const answers: string[] = []
    for (let count = 0; count < 6; count++) answers.push(await ask())
    expect(answers).toEqual(['200 one', '200 two', '200 one', '200 two', '200 one', '200 two'])
    expect([one.sockets.length, two.sockets.length]).toEqual([1, 1])
  })

  test('of a pod that leaves the rotation are closed; one that carries a request ends it first', async () => {
    const { pods, rotation, ask, clock } = await way()
    const release = Promise.withResolvers<void>()
    const pod = await httpPod(async ({ url }, answer) => {
      if (url === '/slow') await release.promise
      answer.end('one')
    })
    pods.set('10.77.1.1', pod.port).set('10.77.1.2', (await httpPod(named('two'))).port)
    rotation('10.77.1.1')
    const slow = ask({ path: '/slow' })
    await once(pod.server, 'request')
    expect(await ask()).toBe('200 one')
    const [busy, idle] = pod.sockets as [Socket, Socket]
    const gone = once(idle, 'close')
    rotation('10.77.1.2')
    expect(await ask()).toBe('200 two')
    clock.advance(10)
    await gone
    expect(busy.destroyed).toBe(false)
    const done = once(busy, 'close')
    release.resolve()
    expect(await slow).toBe('200 one')
    await done
  })

  test('that carry nothing for a while are closed', async () => {
    const { pods, rotation, ask, clock } = await way()
    const pod = await httpPod(named('one'))
    pods.set('10.77.1.1', pod.port)
    rotation('10.77.1.1')
    await ask()
    const gone = once(pod.sockets[0] as Socket, 'close')
    clock.advance(1500)
    await gone
    expect(await ask()).toBe('200 one')
  })

  test('that the pod closes while they are idle are not used again', async () => {
    const { pods, rotation, ask } = await way()
    const pod = await httpPod(named('one'))
    pods.set('10.77.1.1', pod.port)
    rotation('10.77.1.1')
    for (let count = 0; count < 20; count++) {
      expect(await ask()).toBe('200 one')
      pod.server.closeAllConnections()
    }
  })

  test('that the pod closes just when a request comes cost a client nothing: GET is sent anew', async () => {
    const { pods, rotation, ask } = await way()
    const asked: string[] = []
    const port = await rawPod((text, socket, number) => {
      asked.push(text.slice(0, text.indexOf(' HTTP')))
      if (number === 2) socket.resetAndDestroy()
      else socket.write(OK)
    })
    pods.set('10.77.1.1', port)
    rotation('10.77.1.1')
    expect(await ask({ path: '/a' })).toBe('200 ok')
    expect(await ask({ path: '/b' })).toBe('200 ok')
    expect(asked).toEqual(['GET /a', 'GET /b', 'GET /b'])
  })

  test('that are kept get no request that may not be sent twice', async () => {
    const { pods, rotation, ask } = await way()
    const pod = await httpPod(async (incoming, answer) => answer.end(`${incoming.method} ${await text(incoming)}`))
    pods.set('10.77.1.1', pod.port)
    rotation('10.77.1.1')
    expect(await ask()).toBe('200 GET ')
    expect(await ask({ method: 'POST' }, 'body')).toBe('200 POST body')
    expect(await ask({ method: 'DELETE' })).toBe('200 DELETE ')
    expect(pod.sockets).toHaveLength(3)
    expect(await ask()).toBe('200 GET ')
    expect(pod.sockets).toHaveLength(3)
  })

  test('on which the pod says more than it was asked carry no other request', async () => {
    const { pods, rotation, ask } = await way()
    const port = await rawPod((text, socket) => socket.write(text.startsWith('GET /a') ? `${OK}${OK}` : OK))
    pods.set('10.77.1.1', port)
    rotation('10.77.1.1')
    expect([await ask({ path: '/a' }), await ask({ path: '/b' })]).toEqual(['200 ok', '200 ok'])
  })

  test('end with their client', async () => {
    const { pods, rotation, open } = await way()
    const pod = await httpPod((_, answer) => void answer.write('first'))
    pods.set('10.77.1.1', pod.port)
    rotation('10.77.1.1')
    const asking = open().end()
    const [response] = (await once(asking, 'response')) as [IncomingMessage]
    await once(response, 'data')
    const gone = once(pod.sockets[0] as Socket, 'close')
    response.on('error', () => undefined)
    asking.destroy()
    await gone
  })
})

describe('what a pod fails to answer', () => {
  test.each([
    ['nothing', '', '502 The pod ended the connection: socket hang up\n'],
    ['no HTTP', 'hello\r\n\r\n', "502 The pod's answer is no HTTP: it does not begin as HTTP/1 does\n"],
  ])('%s', async (_, said, told) => {
    const { pods, rotation, ask } = await way()
    pods.set('10.77.1.1', await rawPod((_text, socket) => socket.end(said)))
    rotation('10.77.1.1')
    expect(await ask()).toBe(told)
  })

  test('the rest of an answer: the client learns that it is not whole', async () => {
    const { pods, rotation, open } = await way()
    pods.set(
      '10.77.1.1',
      await rawPod((_text, socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello')),
    )
    rotation('10.77.1.1')
    const [response] = (await once(open().end(), 'response')) as [IncomingMessage]
    await expect(text(response)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('messages pass', () => {
  async function echo() {
    const bench = await way()
    const pod = await httpPod((incoming, answer) => {
      answer.writeHead(200, { Trailer: 'Bytes', 'Transfer-Encoding': 'chunked' })
      let bytes = 0
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (!answer.write(chunk)) incoming.pause()
      })
      answer.on('drain', () => incoming.resume())
      incoming.on('end', () => {
        answer.addTrailers({ Bytes: `${bytes} ${incoming.trailers.digest ?? ''}`.trim() })
        answer.end()
      })
    })
    bench.pods.set('10.77.1.1', pod.port)
    bench.rotation('10.77.1.1')
    return bench
  }

  test.each([
    ['by length', { 'Content-Length': '8000000' }, '8000000'],
    ['in chunks, with trailers', { 'Transfer-Encoding': 'chunked', Trailer: 'Digest' }, '8000000 abc'],
  ])('with a large body %s', async (_, headers, told) => {
    const { open } = await echo()
    const asking = open({ method: 'POST', headers })
    const body = Buffer.alloc(8_000_000, 'slipway ')
    const answered = once(asking, 'response') as Promise<[IncomingMessage]>
    if ('Trailer' in headers) asking.addTrailers({ Digest: 'abc' })
    const source = new PassThrough()
    source.end(body)
    source.pipe(asking)
    const [response] = await answered
    expect(Buffer.from(await text(response)).equals(body)).toBe(true)
    expect(response.trailers).toEqual({ bytes: told })
  })

  test('event by event, the head before the first', async () => {
    const { pods, rotation, open } = await way()
    const streams: { write(text: string): void }[] = []
    const pod = await httpPod((_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      streams.push(answer)
    })
    pods.set('10.77.1.1', pod.port)
    rotation('10.77.1.1')
    const [response] = (await once(open().end(), 'response')) as [IncomingMessage]
    response.on('error', () => undefined)
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      streams[0]?.write(event)
      expect(String((await once(response, 'data'))[0])).toBe(event)
    }
  })

  test('HEAD and answers of HTTP/1.0', async () => {
    const { pods, rotation, ask } = await way()
    const port = await rawPod((text, socket) =>
      text.startsWith('HEAD')
        ? socket.write(OK.slice(0, -2))
        : socket.end('HTTP/1.0 200 OK\n\nold'.replaceAll('\n', '\r\n')),
    )
    pods.set('10.77.1.1', port)
    rotation('10.77.1.1')
    expect([await ask({ method: 'HEAD' }), await ask(), await ask()]).toEqual(['200 ', '200 old', '200 old'])
  })

  test('Expect: the pod says whether it wants the body', async () => {
    const { pods, rotation, open } = await way()
    const pod = await httpPod(async (incoming, answer) => answer.end(await text(incoming)))
    pod.server.on('checkContinue', (incoming, answer) => {
      if (incoming.url === '/no') return answer.writeHead(417).end()
      answer.writeContinue()
      pod.server.emit('request', incoming, answer)
    })
    pods.set('10.77.1.1', pod.port)
    rotation('10.77.1.1')
    const headers = { Expect: '100-continue', 'Content-Length': '4' }
    const yes = open({ method: 'PUT', headers })
    yes.flushHeaders()
    await once(yes, 'continue')
    const answered = once(yes, 'response')
    yes.end('body')
    const [response] = (await answered) as [IncomingMessage]
    expect(await text(response)).toBe('body')
    const no = open({ method: 'PUT', path: '/no', headers })
    no.flushHeaders()
    const [refused] = (await once(no, 'response')) as [IncomingMessage]
    expect(refused.statusCode).toBe(417)
    no.destroy()
  })

  test('an answer before the end of the question leaves nothing of it for the next', async () => {
    const { pods, rotation, ask, port } = await way()
    const pod = await httpPod((incoming, answer) => {
      if (incoming.method === 'POST') answer.writeHead(413).end('too much')
      else answer.end('ok')
    })
    pods.set('10.77.1.1', pod.port)
    rotation('10.77.1.1')
    const socket = connect(port, '127.0.0.1')
    store.add(toDisposable(() => socket.destroy()))
    socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 40\r\n\r\n`)
    expect(String((await once(socket, 'data'))[0])).toContain('413')
    expect(await ask()).toBe('200 ok')
  })
})

test('a pod that changes no protocol gives its answer, and nothing more of the client reaches it', async () => {
  const { pods, rotation, port } = await way()
  const asked: string[] = []
  const pod = await rawPod((text, socket) => {
    asked.push(text)
    socket.write(OK)
  })
  pods.set('10.77.1.1', pod)
  rotation('10.77.1.1')
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET /a HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nGET /b HTTP/1.1\r\n\r\n`)
  expect(await text(socket)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
  expect(asked).toHaveLength(1)
})

test.each([
  ['a client', ''],
  ['one that wants another protocol', 'Connection: Upgrade\r\nUpgrade: x\r\n'],
])('%s that leaves before its pod is reached leaves no connection behind', async (_, upgrade) => {
  const { deps, services, endpointSlices } = laptopBench()
  const [reached, dialled] = [Promise.withResolvers<PassThrough>(), Promise.withResolvers<void>()]
  const dial = () => {
    dialled.resolve()
    return reached.promise
  }
  services.set(service('web', '10.77.128.20'))
  endpointSlices.set(endpoints('web', ['10.77.1.1']))
  const entries = store.add(new ServiceListeners(deps))
  const kept = store.add(new KeptConnections({ ...deps, entries }))
  const { port } = store.add(await startHttpFront(0, { ...deps, dial, cluster: 'dev', entries, kept }))
  const client = connect(port, '127.0.0.1')
  client.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n${upgrade}\r\n`)
  await dialled.promise
  client.destroy()
  await once(client, 'close')
  const stream = new PassThrough()
  const gone = once(stream, 'close')
  reached.resolve(stream)
  await gone
})
