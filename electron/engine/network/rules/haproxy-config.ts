import { externalOf, nearOf } from './near-backends.ts'
import type { RulesetOptions } from './ruleset.ts'
import type { Backend, ServiceEntry } from './service-table.ts'

export type HaproxyOptions = Pick<
  RulesetOptions,
  'podCidr' | 'infrastructureCidr' | 'clientsByNode' | 'zoneOf' | 'nodeIP'
>

/**
 * The service table as a HAProxy configuration: what the gateway runs where the kernel lacks a piece that the nftables
 * rules need. TCP only, and pods see the gateway's address instead of their clients'. Session affinity is handed over
 * from one process to the next.
 */
export function planHaproxyConfig(table: readonly ServiceEntry[], options: HaproxyOptions): string {
  const served = table.filter((entry) => entry.protocol === 'tcp' && entry.backends.length > 0)
  return [HEAD, ...served.flatMap((entry) => sections(entry, options))].join('\n')
}

const MAX_CLIENTS = 40

const HEAD = `global
    maxconn 8192
    uid 65534
    gid 65534
    localpeer gateway
peers slipway
    peer gateway 127.0.0.1:2
defaults
    mode tcp
    balance random
    option redispatch
    retries 3
    timeout connect 3s
    timeout client 1h
    timeout server 1h
    timeout client-fin 30s
    timeout server-fin 30s
`

function sections(entry: ServiceEntry, options: HaproxyOptions): string[] {
  const nears = nearOf(entry, options)
  const near = nears.filter(({ backends }) => backends.length > 0)
  const nobody = nears.filter(({ backends }) => backends.length === 0)
  const everyone = nameOf('service', entry)
  const isExternal = entry.nodePort !== undefined && entry.externalBackends !== undefined
  const frontend = [
    `bind ${entry.clusterIP}:${entry.port}`,
    ...(entry.nodePort === undefined || isExternal ? [] : [`bind 0.0.0.0:${entry.nodePort}`]),
    ...nobody.flatMap(({ clients }) => ifFrom(clients).map((from) => `tcp-request connection reject ${from}`)),
    ...near.flatMap(({ clients, place }) =>
      ifFrom(clients).map((from) => `use_backend ${nameOf(place, entry)} ${from}`),
    ),
    `default_backend ${everyone}`,
  ]
  const places = new Map(near.map(({ place, backends }) => [place, backends]))
  return [
    section(`frontend ${entry.id.replaceAll('/', ':')}`, frontend),
    section(`backend ${everyone}`, servers(entry, entry.backends)),
    ...[...places].map(([place, backends]) => section(`backend ${nameOf(place, entry)}`, servers(entry, backends))),
    ...(isExternal ? externalSections(entry, options) : []),
  ]
}

/** externalTrafficPolicy Local: what enters by a node's address goes to its backends, or is closed; pods reach all. */
function externalSections(entry: ServiceEntry, { podCidr, infrastructureCidr, nodeIP }: HaproxyOptions): string[] {
  const nodes = externalOf(entry, nodeIP)
  return [
    section(`frontend ${nameOf('external', entry)}`, [
      `bind 0.0.0.0:${entry.nodePort}`,
      `use_backend ${nameOf('service', entry)} if { src ${podCidr} } !{ src ${infrastructureCidr} }`,
      ...nodes.map(({ address, place }) => `use_backend ${nameOf(place, entry)} if { dst ${address} }`),
    ]),
    ...nodes.map(({ place, backends }) => section(`backend ${nameOf(place, entry)}`, servers(entry, backends))),
  ]
}

function servers({ affinitySeconds }: ServiceEntry, backends: readonly Backend[]): string[] {
  // By its address a client gets the same backend also in the moment in which its place is not yet handed over.
  const affinity = [
    'balance source',
    'hash-type consistent',
    `stick-table type ip size 100k expire ${affinitySeconds}s peers slipway`,
    'stick on src',
  ]
  return [
    ...(affinitySeconds === undefined ? [] : affinity),
    ...backends.map(({ ip, port }) => `server ${ip}:${port} ${ip}:${port}`),
  ]
}

/** Conditions of few words each: a line of the configuration has at most 64. */
function ifFrom(clients: readonly string[]): string[] {
  const count = Math.ceil(clients.length / MAX_CLIENTS)
  return Array.from({ length: count }, (_, at) => {
    const some = clients.slice(at * MAX_CLIENTS, (at + 1) * MAX_CLIENTS)
    return `if { src ${some.join(' ')} }`
  })
}

/** HAProxy's names have no slash. */
function nameOf(place: string, entry: ServiceEntry): string {
  return `${place}/${entry.id}`.replaceAll('/', ':')
}

function section(head: string, lines: readonly string[]): string {
  return `${head}\n${lines.map((line) => `    ${line}\n`).join('')}`
}
