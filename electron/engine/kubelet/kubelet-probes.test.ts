import { createServer, type Server } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect, type Server as NetServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Container } from '../../../shared/api/types/core-v1.ts'
import { describePod, KubeletFixture, settle } from './testing/kubelet-fixture.ts'

/** Shorter than a probe's timeout, so that answers come before it. */
const QUARTER_MS = 250

let fixture: KubeletFixture
const servers: NetServer[] = []
afterEach(() => {
  fixture.dispose()
  for (const server of servers.splice(0)) server.close()
})

/** Every dial of the kubelet reaches the server at `port` of this machine, whatever address it asked for. */
async function cluster(port: number, images = {}): Promise<KubeletFixture> {
  fixture = await new KubeletFixture({
    images: { 'app:1': { local: true }, ...images },
    dial: () =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket))
        socket.on('error', reject)
      }),
  }).start()
  return fixture
}

async function listen(server: Server | NetServer): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function app(over: Partial<Container>): { containers: Container[] } {
  return { containers: [{ name: 'app', image: 'app:1', ...over }] }
}

async function comes(words: string): Promise<void> {
  await expect.poll(async () => describePod(await fixture.pod('web'))).toBe(words)
}

async function unhealthy(): Promise<string[]> {
  return (await fixture.events('web')).filter((event) => event.includes('Unhealthy'))
}

describe('readiness', () => {
  test('over HTTP decides, with the status code in the event', async () => {
    let status = 503
    const port = await listen(
      createServer((request, response) => response.writeHead(request.url === '/ok' ? status : 404).end()),
    )
    await cluster(port)
    await fixture.run(
      'web',
      app({ readinessProbe: { httpGet: { path: '/ok', port: 80 }, initialDelaySeconds: 2, periodSeconds: 5 } }),
    )
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running')
    await fixture.advance(2000)
    await expect
      .poll(unhealthy)
      .toEqual(['Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503'])
    status = 200
    await fixture.advance(5000)
    await comes('Running, app=running ready')
    status = 500
    await fixture.advance(10_000)
    await settle()
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    await fixture.advance(5000)
    await comes('Running, app=running')
  })

  test('over TCP names the refused address', async () => {
    const server = createServer()
    const port = await listen(server)
    server.close()
    await cluster(port)
    await fixture.run('web', app({ readinessProbe: { tcpSocket: { port: 5432 } } }))
    await fixture.advance(1)
    await expect
      .poll(unhealthy)
      .toEqual(['Warning Unhealthy: Readiness probe failed: dial tcp 10.43.1.1:5432: connect: connection refused'])
  })

  test('over gRPC asks the health service', async () => {
    let serving = 2
    const server = createHttp2Server()
    server.on('stream', (stream, headers) => {
      const path = headers[':path'] === '/grpc.health.v1.Health/Check'
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': path ? '0' : '12' }))
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, serving]))
    })
    await cluster(await listen(server))
    await fixture.run('web', app({ readinessProbe: { grpc: { port: 9000, service: 'db' }, periodSeconds: 1 } }))
    await fixture.advance(1)
    await expect
      .poll(unhealthy)
      .toEqual(['Warning Unhealthy: Readiness probe failed: service unhealthy (responded with "NOT_SERVING")'])
    serving = 1
    await fixture.advance(1000)
    await comes('Running, app=running ready')
  })
})

describe('liveness and startup', () => {
  const commands = { code: 0 }
  const exec = async () => ({ exitCode: commands.code, stdout: 'checked' })

  test('a failed liveness probe restarts the container', async () => {
    commands.code = 0
    await cluster(0, { 'app:1': { local: true, exec } })
    const livenessProbe = { exec: { command: ['check'] }, periodSeconds: 2, failureThreshold: 2 }
    await fixture.run('web', app({ livenessProbe }))
    await fixture.advance(4000, QUARTER_MS)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    commands.code = 1
    await fixture.advance(4000, QUARTER_MS)
    commands.code = 0
    await fixture.advance(1000, QUARTER_MS)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready x1')
    const events = await fixture.events('web')
    expect(events).toContain('Warning Unhealthy: Liveness probe failed: checked (x2)')
    expect(events).toContain('Normal Killing: Container app failed liveness probe, will be restarted')
  })

  test('nothing else is asked before the startup probe passed', async () => {
    commands.code = 1
    await cluster(0, { 'app:1': { local: true, exec } })
    const probe = { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 5 }
    await fixture.run('web', app({ startupProbe: probe, readinessProbe: probe }))
    await fixture.advance(2000, QUARTER_MS)
    expect((await fixture.pod('web')).status?.containerStatuses?.[0]?.started).toBe(false)
    expect((await unhealthy()).every((event) => event.includes('Startup probe failed'))).toBe(true)
    commands.code = 0
    await fixture.advance(2000, QUARTER_MS)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
  })

  test('a startup probe that never passes restarts the container', async () => {
    commands.code = 1
    await cluster(0, { 'app:1': { local: true, exec } })
    await fixture.run(
      'web',
      app({ startupProbe: { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 3 } }),
    )
    await fixture.advance(3000, QUARTER_MS)
    expect((await fixture.pod('web')).status?.containerStatuses?.[0]?.restartCount).toBe(1)
    expect(await fixture.events('web')).toContain(
      'Normal Killing: Container app failed startup probe, will be restarted',
    )
  })
})
