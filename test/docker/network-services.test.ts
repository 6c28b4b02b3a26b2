import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServiceProxy } from '../../electron/engine/network/rules/service-proxy.ts'
import type { Node, Pod, Service } from '../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../shared/api/types/discovery-v1.ts'
import { askFromLaptop, type NetworkBench, startNetworkBench, talker } from '../support/docker-network.ts'
import { HandMadeObjects } from '../support/hand-made-objects.ts'
import { endpoints, service } from '../support/service-objects.ts'

describe.each([
  { way: 'direct', forceRelay: false, replyRouting: true },
  { way: 'relay', forceRelay: true, replyRouting: false },
])('Services on the real engine, dialling $way', ({ way, forceRelay, replyRouting }) => {
  let bench: NetworkBench
  let proxy: ServiceProxy
  let web: string
  const services = new HandMadeObjects<Service>()
  const endpointSlices = new HandMadeObjects<EndpointSlice>()
  const podObjects = new HandMadeObjects<Pod>()
  const nodes = new HandMadeObjects<Node>()
  const pods: { id: string; ip: string }[] = []

  beforeAll(async () => {
    bench = await startNetworkBench({ forceRelay, replyRouting })
    web = bench.network.serviceCidr.replace('0/17', '20')
    for (const name of ['a', 'b']) pods.push(await bench.pod(name, talker(name)))
    services.set(service('web', web, { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] as never }))
    endpointSlices.set(
      endpoints(
        'web',
        pods.map(({ ip }) => ip),
      ),
    )
    proxy = bench.network.serve({ services, endpointSlices, pods: podObjects, nodes })
    await applied()
  })
  afterAll(() => bench?.close())

  const applied = () =>
    new Promise<void>((resolve) => {
      const listening = proxy.onApplied(() => {
        listening.dispose()
        resolve()
      })
    })
  const answers = async (ask: () => Promise<string>, count = 24) =>
    new Set((await Promise.all(Array.from({ length: count }, ask))).map((answer) => answer.split(' ')[0]))

  test('internalTrafficPolicy Local keeps a pod to the backends of its node', async () => {
    const local = bench.network.serviceCidr.replace('0/17', '22')
    const [a, b] = pods.map(({ ip }) => ip) as [string, string]
    for (const [name, ip] of [
      ['n1', a],
      ['n2', b],
    ] as const)
      podObjects.set(podOn(name, ip))
    services.set(service('local', local, { internalTrafficPolicy: 'Local' }))
    endpointSlices.set(
      endpoints('local', [
        { ip: a, node: 'n1' },
        { ip: b, node: 'n2' },
      ]),
    )
    await applied()
    expect(await answers(() => bench.ask(pods[0]?.id ?? '', local, 80), 8)).toEqual(new Set(['a']))
    expect(await answers(() => bench.ask(pods[1]?.id ?? '', local, 80), 8)).toEqual(new Set(['b']))
  })

  test('hints for zones keep a pod to the backends of its zone', async () => {
    const near = bench.network.serviceCidr.replace('0/17', '24')
    for (const [name, zone] of [
      ['n1', 'b'],
      ['n2', 'a'],
    ] as const) {
      const metadata = { name, labels: { 'topology.kubernetes.io/zone': zone } }
      nodes.set({ apiVersion: 'v1', kind: 'Node', metadata })
    }
    services.set(service('near', near, { trafficDistribution: 'PreferSameZone' }))
    const meant = pods.map(({ ip }, at) => ({ ip, hints: { forZones: [{ name: 'ab'[at] ?? '' }] } }))
    endpointSlices.set(endpoints('near', meant))
    await applied()
    expect(await answers(() => bench.ask(pods[0]?.id ?? '', near, 80), 8)).toEqual(new Set(['b']))
    expect(await answers(() => bench.ask(pods[1]?.id ?? '', near, 80), 8)).toEqual(new Set(['a']))
  })

  test('the way into the cluster and of serving are the expected ones', () =>
    expect(`${bench.network.way} ${bench.network.serviceMode()}`).toBe(`${way} nftables`))

  test('the laptop reaches every backend through the Service address', async () => {
    expect(await answers(() => askFromLaptop(bench.network.dial, web, 80))).toEqual(new Set(['a', 'b']))
  })

  test('a pod reaches every backend, itself included', async () => {
    expect(await answers(() => bench.ask(pods[0]?.id ?? '', web, 80), 16)).toEqual(new Set(['a', 'b']))
  })

  test('a NodePort answers on a node address', async () => {
    const node = bench.network.allocateNodeIP('node-1')
    expect(await answers(() => askFromLaptop(bench.network.dial, node, 30080))).toEqual(new Set(['a', 'b']))
  })

  test.runIf(way === 'direct')(
    'externalTrafficPolicy Local: a node passes on to its own backends, or refuses',
    async () => {
      const address = bench.network.serviceCidr.replace('0/17', '23')
      const [n1, n2] = ['node-1', 'node-2'].map((name) => bench.network.allocateNodeIP(name)) as [string, string]
      const ports = [{ port: 80, nodePort: 30081 }] as never
      services.set(service('external', address, { type: 'NodePort', externalTrafficPolicy: 'Local', ports }))
      endpointSlices.set(endpoints('external', [{ ip: pods[0]?.ip ?? '', node: 'node-1' }]))
      await applied()
      expect(await answers(() => askFromLaptop(bench.network.dial, n1, 30081), 8)).toEqual(new Set(['a']))
      await expect(bench.network.dial(n2, 30081)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      expect(await answers(() => bench.ask(pods[1]?.id ?? '', n2, 30081), 4)).toEqual(new Set(['a']))
    },
  )

  test('a node that has an anchor answers NodePorts and what listens on its network', async () => {
    const node = bench.network.allocateNodeIP('node-1')
    const anchor = await bench.network.nodeAnchor('node-1')
    expect(await bench.network.nodeAnchor('node-1')).toBe(anchor)
    await bench.podInNetworkOf(anchor, 'host', talker('host', 9000))
    expect(await answers(() => bench.ask(pods[0]?.id ?? '', node, 9000), 1)).toEqual(new Set(['host']))
    expect(await answers(() => askFromLaptop(bench.network.dial, node, 30080))).toEqual(new Set(['a', 'b']))
    await bench.network.releaseNodeAnchor('node-1')
    expect(await answers(() => askFromLaptop(bench.network.dial, node, 30080))).toEqual(new Set(['a', 'b']))
    expect(await bench.network.nodeAnchor('node-1')).not.toBe(anchor)
  })

  test('a Service port without endpoints and a port that no Service has are refused at once', async () => {
    const empty = bench.network.serviceCidr.replace('0/17', '21')
    services.set(service('empty', empty))
    await applied()
    await expect(bench.network.dial(empty, 80)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(bench.network.dial(web, 81)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await bench.ask(pods[0]?.id ?? '', empty, 80)).toContain('Connection refused')
  })

  test(`a pod sees ${replyRouting ? 'the address of the pod' : 'the gateway'} that called it through a Service`, async () => {
    endpointSlices.set(endpoints('web', [pods[1]?.ip ?? '']))
    await applied()
    expect(await bench.ask(pods[0]?.id ?? '', web, 80)).toBe(
      `b from ${replyRouting ? pods[0]?.ip : bench.network.gatewayIP}`,
    )
  })

  test('pods reach the API server of this machine', async () => {
    const server = createServer((socket) => socket.resume().end('api server\n')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const port = (server.address() as { port: number }).port
    const endpoint = await bench.network.exposeApiServer(port)
    const address = bench.network.kubernetesServiceIP
    services.set(service('kubernetes', address, { ports: [{ name: 'https', port: 443 }] as never }))
    endpointSlices.set(
      endpoints('kubernetes', [endpoint.address], [{ name: 'https', port: endpoint.port, protocol: 'TCP' }]),
    )
    await applied()
    expect(await bench.ask(pods[0]?.id ?? '', address, 443)).toBe('api server')
    server.close()
  })

  test('a gateway that is killed or removed comes back with its rules', async () => {
    endpointSlices.set(
      endpoints(
        'web',
        pods.map(({ ip }) => ip),
      ),
    )
    await applied()
    for (const hurt of ['kill', 'remove'] as const) {
      const restored = applied()
      if (hurt === 'kill') await bench.docker.killContainer(bench.gatewayName, 'SIGKILL')
      else await bench.docker.removeContainer(bench.gatewayName)
      await restored
      expect(await answers(() => askFromLaptop(bench.network.dial, web, 80))).toEqual(new Set(['a', 'b']))
    }
  })
})

function podOn(nodeName: string, podIP: string): Pod {
  const metadata = { name: podIP, namespace: 'default' }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName, containers: [] }, status: { podIP } }
}

describe('Services by HAProxy', () => {
  test('are reached from the laptop and pods, follow their endpoints, and come back with the gateway', async () => {
    const bench = await startNetworkBench({ forceHaproxy: true })
    try {
      const web = bench.network.serviceCidr.replace('0/17', '20')
      const services = new HandMadeObjects<Service>()
      const endpointSlices = new HandMadeObjects<EndpointSlice>()
      const pods = [await bench.pod('a', talker('a')), await bench.pod('b', talker('b'))]
      services.set(service('web', web))
      endpointSlices.set(endpoints('web', [pods[0]?.ip ?? '']))
      const podObjects = new HandMadeObjects<Pod>()
      const proxy = bench.network.serve({ services, endpointSlices, pods: podObjects })
      const applied = () => new Promise((resolve) => proxy.onApplied(resolve))
      const askedBy = async (pod: number, address: string) => {
        const asking = Array.from({ length: 6 }, () => bench.ask(pods[pod]?.id ?? '', address, 80))
        return [...new Set((await Promise.all(asking)).map((answer) => answer.split(' ')[0]))].sort().join(' ')
      }
      /** Policies for clients inside and outside, and affinity over a change of the configuration. */
      const followPolicies = async () => {
        const [local, sticky, external] = [30, 31, 32].map((last) => web.replace(/20$/, `${last}`)) as string[]
        const [n1, n2] = ['n1', 'n2'].map((name) => bench.network.allocateNodeIP(name)) as [string, string]
        const own = pods.map(({ ip }, at) => ({ ip, node: `n${at + 1}` }))
        for (const { ip, node } of own) podObjects.set(podOn(node, ip))
        services.set(service('local', local ?? '', { internalTrafficPolicy: 'Local' }))
        services.set(service('sticky', sticky ?? '', { sessionAffinity: 'ClientIP' }))
        const ports = [{ port: 80, nodePort: 30081 }] as never
        services.set(service('external', external ?? '', { type: 'NodePort', externalTrafficPolicy: 'Local', ports }))
        for (const name of ['local', 'sticky']) endpointSlices.set(endpoints(name, own))
        endpointSlices.set(endpoints('external', own.slice(0, 1)))
        await applied()
        expect([await askedBy(0, local ?? ''), await askedBy(1, local ?? '')]).toEqual(['a', 'b'])
        expect(await askFromLaptop(bench.network.dial, n1, 30081)).toMatch(/^a from/)
        expect(await askFromLaptop(bench.network.dial, n2, 30081).catch(() => '')).toBe('')
        expect(await bench.ask(pods[1]?.id ?? '', n2, 30081)).toMatch(/^a from/)
        const chosen = await askedBy(0, sticky ?? '')
        expect(chosen).toMatch(/^[ab]$/)
        services.set(service('another', web.replace(/20$/, '33')))
        endpointSlices.set(endpoints('another', own))
        await applied()
        expect(await askedBy(0, sticky ?? '')).toBe(chosen)
      }
      await applied()
      expect(bench.network.serviceMode()).toBe('haproxy')
      expect(await askFromLaptop(bench.network.dial, web, 80)).toMatch(/^a from/)
      endpointSlices.set(endpoints('web', [pods[1]?.ip ?? '']))
      await applied()
      expect(await bench.ask(pods[0]?.id ?? '', web, 80)).toMatch(/^b from/)
      await followPolicies()
      const restored = applied()
      await bench.docker.killContainer(bench.gatewayName, 'SIGKILL')
      await restored
      expect(await askFromLaptop(bench.network.dial, web, 80)).toMatch(/^b from/)
    } finally {
      await bench.close()
    }
  })
})
