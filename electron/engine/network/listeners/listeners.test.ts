import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { LAPTOP_PORTS } from '../../../../shared/api/laptop-ports.ts'
import { DisposableStore, toDisposable } from '../../../../shared/lang/disposable.ts'
import { freePort, laptopBench, listening, namedPod as startNamedPod } from '../../../../test/support/laptop-bench.ts'
import { endpoints, service } from '../../../../test/support/service-objects.ts'
import { parseServiceHost, startHttpFront } from '../http/http-front.ts'
import { KeptConnections } from '../http/kept-connections.ts'
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

  const ports = [
    { port: 80, nodePort: 30080 },
    { port: 53, nodePort: 30053, protocol: 'UDP' },
  ]

  test('LoadBalancer ports and NodePorts', () => {
    expect(planned({ type: 'LoadBalancer', ports })).toEqual([
      'default/web/tcp/80 -> default/web/tcp/80',
      'default/web/tcp/30080 -> default/web/tcp/80',
      'default/web/udp/53 -> default/web/udp/53',
      'default/web/udp/30053 -> default/web/udp/53',
    ])
    expect(planned({ type: 'NodePort', ports: ports.slice(0, 1) })).toEqual([
      'default/web/tcp/30080 -> default/web/tcp/80',
    ])
    expect(planned({ type: 'ClusterIP', ports: [{ port: 80 }] })).toEqual([])
  })

  test('a LoadBalancer of another class has its NodePorts only; health checks have a port of their own', () => {
    const [tcp] = ports
    expect(planned({ type: 'LoadBalancer', loadBalancerClass: 'example.com/lb', ports: [tcp] })).toEqual([
      'default/web/tcp/30080 -> default/web/tcp/80',
    ])
    const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30099, ports: [tcp] }
    expect(planned(local)).toContain('default/web/tcp/30099 -> undefined')
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

  test('two Services that want one port: the second is told who has it, and answers on another', async () => {
    const { deps, services, endpointSlices, pods, events, statuses } = bench()
    const port = await freePort()
    for (const [at, name] of ['web', 'api'].entries()) {
      pods.set(`10.77.1.${at}`, await namedPod(name))
      endpointSlices.set({ ...endpoints(name, [`10.77.1.${at}`]) })
    }
    store.add(new ServiceListeners(deps))
    const balanced = (name: string, clusterIP: string) =>
      services.set(service(name, clusterIP, { type: 'LoadBalancer', ports: [{ port }] as never }))
    balanced('web', '10.77.128.20')
    await expect.poll(() => statuses.length).toBe(1)
    balanced('api', '10.77.128.21')
    await expect.poll(() => statuses.length).toBe(2)
    const [, told] = statuses as { status: { loadBalancer: { ingress: [{ ports: [{ port: number }] }] } } }[]
    const other = told?.status.loadBalancer.ingress[0].ports[0].port ?? 0
    expect(events).toEqual([
      `Warning PortTaken Port ${port} of this machine is taken by Service default/web; using 127.0.0.1:${other} instead`,
    ])
    expect([await ask(port), await ask(other)]).toEqual(['web', 'api'])
  })

  test('a Service whose ports are all its own again loses the condition, and keeps those of others', async () => {
    const { deps, services, statuses, statusTold } = bench()
    store.add(new ServiceListeners(deps))
    const condition = (type: string) => ({ type, status: 'True', reason: 'X', message: '', lastTransitionTime: '' })
    const conditions = [condition('LoadBalancerPortsError'), condition('example.com/other')]
    services.set({ ...service('web', '10.77.128.20'), status: { conditions } })
    await statusTold
    expect(statuses).toEqual([
      { status: { loadBalancer: { ingress: null }, conditions: [condition('example.com/other')] } },
    ])
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

describe('session affinity', () => {
  const sticky = (extra: object) =>
    service('web', '10.77.128.20', {
      type: 'LoadBalancer',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
      ...extra,
    })

  test('the laptop stays with its backend until that is gone or the client was away for the timeout', async () => {
    const { deps, clock, services, endpointSlices, pods, statusTold } = bench()
    const port = await freePort()
    for (const number of [1, 2, 3]) pods.set(`10.77.1.${number}`, await namedPod(`pod ${number}`))
    endpointSlices.set(endpoints('web', ['10.77.1.2', '10.77.1.3']))
    store.add(new ServiceListeners(deps))
    services.set(sticky({ ports: [{ port }] }))
    await statusTold
    expect(await ask(port)).toBe('pod 2')
    endpointSlices.set(endpoints('web', ['10.77.1.1', '10.77.1.2', '10.77.1.3']))
    expect(await ask(port)).toBe('pod 2')
    for (let seconds = 0; seconds < 120; seconds += 40) {
      clock.advance(40_000)
      expect(await ask(port)).toBe('pod 2')
    }
    clock.advance(61_000)
    expect(await ask(port)).toBe('pod 1')
    endpointSlices.set(endpoints('web', ['10.77.1.2', '10.77.1.3']))
    expect(await ask(port)).toBe('pod 2')
    pods.delete('10.77.1.2')
    expect(await ask(port)).toBe('pod 3')
    pods.set('10.77.1.2', await namedPod('pod 2'))
    expect(await ask(port)).toBe('pod 3')
  })
})

describe('ports that were offered instead of taken ones', () => {
  const moved = (wanted: number, instead: number, type = 'LoadBalancer') => {
    const nodePort = type === 'NodePort' ? { nodePort: wanted } : {}
    const object = service('web', '10.77.128.20', { type, ports: [{ port: wanted, ...nodePort }] as never })
    return { ...object, metadata: { ...object.metadata, annotations: { [LAPTOP_PORTS]: `tcp/${wanted}=${instead}` } } }
  }

  test.each(['LoadBalancer', 'NodePort'])('a %s remembers them', async (type) => {
    const { deps, services, endpointSlices, pods, patches } = bench()
    const taken = await namedPod('somebody else')
    pods.set('10.77.1.1', await namedPod('pod 1'))
    endpointSlices.set(endpoints('web', ['10.77.1.1']))
    store.add(new ServiceListeners(deps))
    const { metadata, ...wanted } = moved(taken, 1, type)
    services.set({ ...wanted, metadata: { name: metadata.name, namespace: metadata.namespace } } as never)
    await expect.poll(() => patches.length).toBe(1)
    const [{ metadata: told }] = patches as [{ metadata: { annotations: Record<string, string> } }]
    const [, port] = told.annotations[LAPTOP_PORTS]?.split('=') ?? []
    expect(told.annotations).toEqual({ [LAPTOP_PORTS]: `tcp/${taken}=${port}` })
    expect(await ask(Number(port))).toBe('pod 1')
  })

  test('the next start offers the same one, though the wanted one is free now', async () => {
    const { deps, services, endpointSlices, pods, statuses, patches, statusTold } = bench()
    const [wanted, instead] = [await freePort(), await freePort()]
    pods.set('10.77.1.1', await namedPod('pod 1'))
    endpointSlices.set(endpoints('web', ['10.77.1.1']))
    store.add(new ServiceListeners(deps))
    services.set(moved(wanted, instead))
    await statusTold
    expect(await ask(instead)).toBe('pod 1')
    const ports = [{ port: instead, protocol: 'TCP', error: 'PortTaken' }]
    const condition = {
      type: 'LoadBalancerPortsError',
      status: 'True',
      reason: 'PortTaken',
      message: `TCP port ${wanted} is taken, ${instead} answers instead`,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }
    const loadBalancer = { ingress: [{ ip: '127.0.0.1', ipMode: 'Proxy', ports }] }
    expect(statuses).toEqual([{ status: { loadBalancer, conditions: [condition] } }])
    expect(patches).toEqual([])
  })

  test('where that is taken too the wanted one is, and the note goes', async () => {
    const { deps, services, patches } = bench()
    const [wanted, instead] = [await freePort(), await namedPod('somebody else')]
    store.add(new ServiceListeners(deps))
    services.set(moved(wanted, instead))
    await expect.poll(() => patches).toEqual([{ metadata: { annotations: { [LAPTOP_PORTS]: null } } }])
  })
})

describe('UDP', () => {
  const dns = (port: number) =>
    service('dns', '10.77.128.20', { type: 'LoadBalancer', ports: [{ port, protocol: 'UDP' }] as never })
  const slice = (...addresses: string[]) => endpoints('dns', addresses, [{ port: 53, protocol: 'UDP' }])

  async function udpPod(name: string): Promise<number> {
    const socket = createSocket('udp4')
    socket.on('message', (data, { port }) => socket.send(`${name} ${data}`, port, '127.0.0.1'))
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    store.add(toDisposable(() => socket.close()))
    return socket.address().port
  }

  async function client() {
    const socket = createSocket('udp4')
    store.add(toDisposable(() => socket.close()))
    return async (port: number, data: string) => {
      socket.send(data, port, '127.0.0.1')
      const [answer] = await once(socket, 'message')
      return String(answer)
    }
  }

  test('each client has a flow of its own, to one backend while that is in rotation or the client asks on', async () => {
    const { deps, clock, services, endpointSlices, pods, statuses, statusTold } = bench()
    const port = await freePort()
    for (const number of [1, 2]) pods.set(`10.77.1.${number}`, await udpPod(`pod ${number}`))
    endpointSlices.set(slice('10.77.1.2'))
    store.add(new ServiceListeners(deps))
    services.set(dns(port))
    await statusTold
    expect(statuses).toEqual([{ status: { loadBalancer: { ingress: [{ ip: '127.0.0.1', ipMode: 'Proxy' }] } } }])
    const [first, second] = [await client(), await client()]
    expect(await first(port, 'a')).toBe('pod 2 a')
    endpointSlices.set(slice('10.77.1.1', '10.77.1.2'))
    expect(await Promise.all([first(port, 'b'), second(port, 'c')])).toEqual(['pod 2 b', 'pod 1 c'])
    endpointSlices.set(slice('10.77.1.1'))
    expect(await first(port, 'd')).toBe('pod 1 d')
    endpointSlices.set(slice('10.77.1.1', '10.77.1.2'))
    pods.delete('10.77.1.1')
    expect(await first(port, 'e')).toBe('pod 1 e')
    pods.set('10.77.1.1', await udpPod('pod 3'))
    clock.advance(240_000)
    expect(await first(port, 'f')).toBe('pod 3 f')
  })

  test('where it does not get to the cluster no address is named, and an event and a condition tell why', async () => {
    const { deps, services, events, statuses } = bench()
    store.add(new ServiceListeners({ ...deps, dialDatagrams: undefined }))
    const port = await freePort()
    services.set(dns(port))
    await expect
      .poll(() => events)
      .toEqual([
        `Warning NotReachable UDP port ${port} has no address on this machine: no UDP gets from it to the cluster`,
      ])
    const condition = {
      type: 'LoadBalancerPortsError',
      reason: 'NotReachable',
      message: `UDP port ${port} is not reachable`,
    }
    await expect
      .poll(() => statuses)
      .toMatchObject([{ status: { loadBalancer: { ingress: null }, conditions: [condition] } }])
  })
})

test('health checks of externalTrafficPolicy Local are answered as kube-proxy does', async () => {
  const { deps, services, endpointSlices, statusTold } = bench()
  const [port, healthCheckNodePort] = [await freePort(), await freePort()]
  endpointSlices.set(endpoints('web', [{ ip: '10.77.1.1', node: 'n1' }]))
  store.add(new ServiceListeners(deps))
  services.set(
    service('web', '10.77.128.20', {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort,
      ports: [{ port }] as never,
    }),
  )
  await statusTold
  const check = async () => {
    const response = await fetch(`http://127.0.0.1:${healthCheckNodePort}/healthz`)
    return [response.status, response.headers.get('x-load-balancing-endpoint-weight'), await response.json()]
  }
  const body = { service: { namespace: 'default', name: 'web' }, serviceProxyHealthy: true }
  expect(await check()).toEqual([200, '1', { ...body, localEndpoints: 1 }])
  const ending = { ready: false, serving: true, terminating: true }
  endpointSlices.set(endpoints('web', [{ ip: '10.77.1.1', node: 'n1', conditions: ending }]))
  expect(await check()).toEqual([503, '0', { ...body, localEndpoints: 0 }])
})

test('a Service that is no LoadBalancer any more loses its address', async () => {
  const { deps, services, statuses, statusTold } = bench()
  store.add(new ServiceListeners(deps))
  const ingress = [{ ip: '127.0.0.1', ipMode: 'Proxy' }]
  services.set({ ...service('web', '10.77.128.20'), status: { loadBalancer: { ingress } } })
  await statusTold
  expect(statuses).toEqual([{ status: { loadBalancer: { ingress: null } } }])
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
    const kept = store.add(new KeptConnections({ ...deps, entries }))
    const { port } = store.add(await startHttpFront(0, { ...deps, cluster: 'dev', entries, kept }))
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
