import { type Backend, dependsOnClients, type ServiceEntry } from './service-table.ts'

export interface Clients {
  /** Addresses of the clients on each node: pods and the node's own. */
  readonly clientsByNode: ReadonlyMap<string, readonly string[]>
  readonly zoneOf: (node: string) => string | undefined
}

/** The clients on a node with the backends that they go to instead of all. */
export interface NearBackends {
  readonly node: string
  readonly clients: readonly string[]
  /** "local/n1" or "zone/a": equal ones are of the same backends. */
  readonly place: string
  /** None: the clients reach nobody. */
  readonly backends: readonly Backend[]
}

/** The way of clients to backends on their node, else in their zone, where there are some for them. */
export function nearOf(entry: ServiceEntry, { clientsByNode, zoneOf }: Clients): NearBackends[] {
  if (!dependsOnClients(entry)) return []
  return [...clientsByNode]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([node, clients]) => {
      const zone = zoneOf(node) ?? ''
      const local = { node, clients, place: `local/${node}`, backends: entry.localBackends?.get(node) ?? [] }
      const zonal = { node, clients, place: `zone/${zone}`, backends: entry.zoneBackends?.get(zone) ?? [] }
      if (local.backends.length > 0 || entry.isLocalOnly) return [local]
      return zonal.backends.length > 0 ? [zonal] : []
    })
}

/** A node with backends of its own for what enters from outside by its address. */
interface ExternalBackends {
  readonly address: string
  /** "external/n1" */
  readonly place: string
  readonly backends: readonly Backend[]
}

/** externalTrafficPolicy Local: the nodes that have an address and backends; by any other nobody is reached. */
export function externalOf(
  { externalBackends }: ServiceEntry,
  nodeIP: (node: string) => string | undefined,
): ExternalBackends[] {
  return [...(externalBackends ?? [])]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([node, backends]) => {
      const address = nodeIP(node)
      return address === undefined || backends.length === 0 ? [] : [{ address, place: `external/${node}`, backends }]
    })
}
