import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client, Patch } from '../../electron/engine/client/client.ts'
import type { DialDatagrams } from '../../electron/engine/network/cluster-network.ts'
import { dialDatagramsDirect } from '../../electron/engine/network/dial/dial-datagrams.ts'
import { dialDirect } from '../../electron/engine/network/dial/dial-direct.ts'
import type { ExternalHosts } from '../../electron/engine/network/http/external-hosts.ts'
import { ClientAffinity } from '../../electron/engine/network/listeners/client-affinity.ts'
import type { Service } from '../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../shared/api/types/discovery-v1.ts'
import { type DisposableStore, toDisposable } from '../../shared/lang/disposable.ts'
import { silentLogger } from '../../shared/lang/logger.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import { HandMadeObjects } from './hand-made-objects.ts'

/** What the laptop's listeners need. Pods are servers on loopback: an address that `pods` has no port for refuses. */
export function laptopBench() {
  const services = new HandMadeObjects<Service>()
  const endpointSlices = new HandMadeObjects<EndpointSlice>()
  const pods = new Map<string, number>()
  const events: string[] = []
  const statuses: unknown[] = []
  const patches: unknown[] = []
  const clock = new ManualClock()
  const told = Promise.withResolvers<void>()
  const client = {
    resource: () => ({
      patch: async (_key: unknown, { body, subresource }: Patch) => {
        if (subresource !== 'status') return void patches.push(body)
        statuses.push(body)
        told.resolve()
      },
    }),
  } as unknown as Client
  /** The Internet: names with their addresses, each a server of loopback as pods are. */
  const hosts = new Map<string, readonly string[]>()
  const externalHosts: ExternalHosts = {
    lookup: async (host) =>
      hosts.get(host) ?? Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
    ownAddresses: () => ['192.168.0.7'],
    dial: (address) => dial(address),
  }
  const dial = (address: string): Promise<Duplex> => {
    const port = pods.get(address)
    return port === undefined ? Promise.reject(new Error('connect ECONNREFUSED')) : dialDirect('127.0.0.1', port)
  }
  const deps = {
    client,
    services,
    endpointSlices,
    events: {
      event: (_object: unknown, type: string, reason: string, message: string) =>
        void events.push(`${type} ${reason} ${message}`),
    },
    logger: silentLogger,
    dial,
    externalHosts,
    dialDatagrams: ((address, _, client) =>
      dialDatagramsDirect('127.0.0.1', pods.get(address) ?? 1, client)) as DialDatagrams,
    random: () => 0,
    clock,
    affinity: new ClientAffinity(clock),
  }
  return { deps, clock, services, endpointSlices, pods, hosts, events, statuses, patches, statusTold: told.promise }
}

interface ListeningServer {
  listen(port: number, host: string): unknown
  address(): unknown
  close(): unknown
}

/** Starts the server on a port of loopback that it resolves with; `store` ends it. */
export async function listening(server: ListeningServer, store: DisposableStore): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server as never, 'listening')
  store.add(toDisposable(() => server.close()))
  return (server.address() as AddressInfo).port
}

/** A TCP server that tells its name to whoever connects. */
export function namedPod(name: string, store: DisposableStore): Promise<number> {
  return listening(
    createServer((socket) => socket.on('error', () => undefined).end(name)),
    store,
  )
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
