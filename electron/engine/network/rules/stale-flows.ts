import type { ServiceEntry } from './service-table.ts'

/**
 * UDP has no end of connection, so the kernel would send a client's packets to a backend that is gone for as long as
 * it keeps asking. Returns the arguments of `conntrack` that forget such flows after a change of the table.
 */
export function planStaleFlows(previous: readonly ServiceEntry[], next: readonly ServiceEntry[]): string[] {
  const now = new Map(next.map((entry) => [entry.id, entry]))
  return previous
    .filter((entry) => entry.protocol === 'udp')
    .flatMap((entry) => {
      const kept = now.get(entry.id)
      const alive = new Set(kept?.backends.map(({ ip, port }) => `${ip}:${port}`))
      return entry.backends
        .filter(({ ip, port }) => kept?.clusterIP !== entry.clusterIP || !alive.has(`${ip}:${port}`))
        .flatMap((backend) => [
          `-D -p udp --orig-dst ${entry.clusterIP} --orig-port-dst ${entry.port} --dst-nat ${backend.ip}`,
          ...(entry.nodePort === undefined
            ? []
            : [`-D -p udp --orig-port-dst ${entry.nodePort} --dst-nat ${backend.ip}`]),
        ])
    })
}
