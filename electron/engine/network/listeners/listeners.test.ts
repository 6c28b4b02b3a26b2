import { once } from 'node:events'
import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import type { Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import { DisposableStore, toDisposable } from '../../../../shared/lang/disposable.ts'
import { silentLogger } from '../../../../shared/lang/logger.ts'
import { HandMadeObjects } from '../../../../test/support/hand-made-objects.ts'
import { endpoints, service } from '../../../../test/support/service-objects.ts'
import type { Client, Patch } from '../../client/client.ts'
import { dialDirect } from '../dial/dial-direct.ts'
import { parseServiceHost, startHttpFront } from './http-front.ts'
import { planListeners } from './plan-listeners.ts'
import { ServiceListeners } from './service-listeners.ts'

const store = new DisposableStore()
afterEach(() => store.dispose())

/** Pods are servers on loopback: 10.77.1.N is the N-th of them, an address without one refuses. */
function bench() {
  const services = new HandMadeObjects<Service>()
  const endpointSlices = new HandMadeObjects<EndpointSlice>()
  const pods = new Map<string, number>()
  const events: string[] = []
  const statuses: unknown[] = []
  const told = Promise.withResolvers<void>()
  const client = {
    resource: () => ({
      patch: async (_key: unknown, patch: Patch) => {
        statuses.push(patch.body)
        told.resolve()
      },
    }),
  } as unknown as Client
  const dial = (address: string): Promise<Duplex> => {
    const port = pods.get(address)
    return port === undefined ? Promise.reject(new Error('connect ECONNREFUSED')) : dialDirect('127.0.0.1', port)
  }
  const deps = {
    client,
    services,
    endpointSlices,
    events: {
      event: (_object: Service, type: string, reason: string, message: string) =>
        void events.push(`${type} ${reason} ${message}`),
    },
    logger: silentLogger,
    dial,
    random: () => 0,
  }
  return { deps, services, endpointSlices, pods, events, statuses, statusTold: told.promise }
}

async function listening(server: {
  listen(port: number, host: string): unknown
  address(): unknown
  close(): unknown
}) {
  server.listen(0, '127.0.0.1')
  await once(server as never, 'listening')
  store.add(toDisposable(() => server.close()))
  return (server.address() as AddressInfo).port
}

const namedPod = (name: string) => listening(createServer((socket) => socket.on('error', () => undefined).end(name)))
const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
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
    pods.set('10.77.1.1', await listening(createServer((socket) => held.resolve(socket))))
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
    pods.set('10.77.1.1', await listening(http))
    services.set(service('web', '10.77.128.20'))
    services.set(service('idle', '10.77.128.21'))
    endpointSlices.set(endpoints('web', ['10.77.1.1']))
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
