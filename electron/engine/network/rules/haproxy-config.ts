import type { ServiceEntry } from './service-table.ts'

/**
 * The service table as a HAProxy configuration: what the gateway runs where the kernel lacks a piece that the nftables
 * rules need. TCP only, and pods see the gateway's address instead of their clients'.
 */
export function planHaproxyConfig(table: readonly ServiceEntry[]): string {
  const sections = table.filter((entry) => entry.protocol === 'tcp' && entry.backends.length > 0).map(section)
  return [head, ...sections].join('\n')
}

/** Services that this way leaves unserved: told to the user. */
export function unservedByHaproxy(table: readonly ServiceEntry[]): readonly string[] {
  return table.filter((entry) => entry.protocol !== 'tcp').map((entry) => entry.id)
}

const head = `global
    maxconn 8192
    uid 65534
    gid 65534
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

function section(entry: ServiceEntry): string {
  const lines = [
    `bind ${entry.clusterIP}:${entry.port}`,
    ...(entry.nodePort === undefined ? [] : [`bind 0.0.0.0:${entry.nodePort}`]),
    ...(entry.affinitySeconds === undefined
      ? []
      : [`stick-table type ip size 100k expire ${entry.affinitySeconds}s`, 'stick on src']),
    ...entry.backends.map(({ ip, port }) => `server ${ip}:${port} ${ip}:${port}`),
  ]
  // HAProxy's names have no slash.
  return `listen ${entry.id.replaceAll('/', ':')}\n${lines.map((line) => `    ${line}\n`).join('')}`
}
