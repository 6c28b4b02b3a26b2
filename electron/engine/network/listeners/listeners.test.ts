import { once } from 'node:events'
import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { DisposableStore } from '../../../../shared/lang/disposable.ts'
import { freePort, laptopBench, listening, namedPod as startNamedPod } from '../../../../test/support/laptop-bench.ts'
import { endpoints, service } from '../../../../test/support/service-objects.ts'
import { parseServiceHost, startHttpFront } from './http-front.ts'
import { planListeners } from './plan-listeners.ts'
import { ServiceListeners } from './service-listeners.ts'

const store = new DisposableStore()
afterEach(() => store.dispose())

const bench = laptopBench
const namedPod = (name: string) => startNamedPod(name, store)
const ask = (port: number) => text(connect(port, '127.0.0.1').end())

describe('planListeners', () => {
  const planned = (spec: object) =>
    planListeners(service('web', '10.77.128.20', spec as never)).map(({ key, entry }) => `${key} -> ${entry}`)

  test('LoadBalancer ports and NodePorts, TCP only', () => {
    const ports = [
      { port: 80, nodePort: 30080 },
      { port: 53, nodePort: 30053, protocol: 'UDP' },
    ]
    expect(planned({ type: 'LoadBalancer', ports })).toEqual([
      'default/web/80 -> default/web/tcp/80',
      'default/web/30080 -> default/web/tcp/80',
    ])
    expect(planned({ type: 'NodePort', ports })).toEqual(['default/web/30080 -> default/web/tcp/80'])
    expect(planned({ type: 'ClusterIP', ports: [{ port: 80 }] })).toEqual([])
  })
})

describe('ServiceListeners', () => {
  test('a LoadBalancer answers on loopback and says so in its status', async () => {
    const { deps, services, endpointSlices, pods, statuses, statusTold } = bench()
    const port = await freePort()
    pods.set('10.77.1.1', await namedPod('pod 1'))
    endpointSlices.set(endpoints('web', ['10.77.1.1']))
    store.add(new ServiceListeners(deps))
    services.set(service('web', '10.77.128.20', { type: 'LoadBalancer', ports: [{ port }] as never }))
    await statusTold
    expect(await ask(port)).toBe('pod 1')
    expect(statuses).toEqual([{ status: { loadBalancer: { ingress: [{ ip: '127.0.0.1', ipMode: 'Proxy' }] } } }])
  })

  test('a taken port is told on the Service and another one answers', async () => {
    const { deps, services, endpointSlices, pods, events, statuses, statusTold } = bench()
    const taken = await namedPod('somebody else')
    pods.set('10.77.1.1', await namedPod('pod 1'))
    endpointSlices.set(endpoints('web', ['10.77.1.1']))
    store.add(new ServiceListeners(deps))
    services.set(service('web', '10.77.128.20', { type: 'LoadBalancer', ports: [{ port: taken }] as never }))
    await statusTold
    const [status] = statuses as [
      { status: { loadBalancer: { ingress: [{ ports: [{ port: number; error: string }] }] } } },
    ]
    const [{ port, error }] = status.status.loadBalancer.ingress[0].ports
    expect(error).toBe('PortTaken')
    expect(events).toEqual([
      `Warning PortTaken Port ${taken} of this machine is taken by another program; using 127.0.0.1:${port} instead`,
    ])
    expect(await ask(port)).toBe('pod 1')
    expect(await ask(taken)).toBe('somebody else')
  })

  test('a pod that is gone costs a client nothing while another one answers', async () => {
    const { deps, services, endpointSlices, pods, statusTold } = bench()
    const port = await freePort()
    pods.set('10.77.1.2', await namedPod('pod 2'))
    endpointSlices.set(endpoints('web', ['10.77.1.1', '10.77.1.2']))
    store.add(new ServiceListeners(deps))
    services.set(service('web', '10.77.128.20', { type: 'LoadBalancer', ports: [{ port }] as never }))
    await statusTold
    expect(await ask(port)).toBe('pod 2')
  })

  test('a new endpoint is used at once, an old connection stays with its pod', async () => {
    const { deps, services, endpointSlices, pods, statusTold } = bench()
    const port = await freePort()
    const held = Promise.withResolvers<Duplex>()
    pods.set(
      '10.77.1.1',
      await listening(
        createServer((socket) => held.resolve(socket)),
        store,
      ),
    )
    pods.set('10.77.1.2', await namedPod('pod 2'))
    endpointSlices.set(endpoints('web', ['10.77.1.1']))
    store.add(new ServiceListeners(deps))
    services.set(service('web', '10.77.128.20', { type: 'LoadBalancer', ports: [{ port }] as never }))
    await statusTold
    const old = connect(port, '127.0.0.1')
    const oldPod = await held.promise
    endpointSlices.set(endpoints('web', ['10.77.1.2']))
    expect(await ask(port)).toBe('pod 2')
    oldPod.end('still pod 1')
    expect(await text(old)).toBe('still pod 1')
  })

  test('without endpoints the connection is reset', async () => {
    const { deps, services, statusTold } = bench()
    const port = await freePort()
    store.add(new ServiceListeners(deps))
    services.set(service('web', '10.77.128.20', { type: 'LoadBalancer', ports: [{ port }] as never }))
    await statusTold
    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('the HTTP port of a cluster', () => {
  async function front() {
    const { deps, services, endpointSlices, pods } = bench()
    const http = createHttpServer((request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => response.end(`${request.method} ${request.url} ${request.headers.host} ${body}`))
    })
    http.on('upgrade', (request, socket) =>
      socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${request.url} upgraded`),
    )
    pods.set('10.77.1.1', await listening(http, store))
    services.set(service('web', '10.77.128.20'))
    services.set(service('idle', '10.77.128.21'))
    services.set(service('headless', 'None'))
    endpointSlices.set(endpoints('web', ['10.77.1.1']))
    endpointSlices.set(endpoints('headless', ['10.77.1.1']))
    const entries = store.add(new ServiceListeners(deps))
    const { port } = store.add(await startHttpFront(0, { ...deps, cluster: 'dev', entries }))
    return async (host: string, path = '/', headers: Record<string, string> = {}) => {
      const request = get({ host: '127.0.0.1', port, path, headers: { host, ...headers } })
      const [event] = await Promise.race([
        once(request, 'response').then(([response]) => [response as IncomingMessage]),
        once(request, 'upgrade').then(([response, socket]) => [Object.assign(response, { socket }) as IncomingMessage]),
      ])
      return event as IncomingMessage
    }
  }

  test('passes requests to the Service that the name says', async () => {
    const response = await (await front())('web.default.dev.localhost:8080', '/cart?x=1')
    expect(response.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(await text(response)).toBe('GET /cart?x=1 web.default.dev.localhost:8080 ')
  })

  test('a headless Service answers too', async () => {
    const response = await (await front())('headless.default.dev.localhost', '/')
    expect(await text(response)).toBe('GET / headless.default.dev.localhost ')
  })

  test('passes upgrades', async () => {
    const response = await (await front())('web.default.dev.localhost', '/socket', {
      connection: 'Upgrade',
      upgrade: 'websocket',
    })
    expect(response.statusCode).toBe(101)
  })

  test('answers nothing to other names, and says what is missing', async () => {
    const ask = await front()
    expect((await ask('evil.example')).statusCode).toBe(421)
    expect((await ask('web.default.other.localhost')).statusCode).toBe(421)
    expect((await ask('api.default.dev.localhost')).statusCode).toBe(404)
    const idle = await ask('idle.default.dev.localhost')
    expect(idle.statusCode).toBe(503)
    expect(await text(idle)).toBe('Service idle in namespace default: the Service has no ready endpoints\n')
  })

  test('names', () => {
    expect(parseServiceHost('Web.Shop.dev.localhost:80', 'dev')).toEqual({ service: 'web', namespace: 'shop' })
    expect(parseServiceHost('web.dev.localhost', 'dev')).toBeUndefined()
    expect(parseServiceHost(undefined, 'dev')).toBeUndefined()
  })
})
