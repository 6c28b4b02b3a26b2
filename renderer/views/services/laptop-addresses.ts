import { laptopPorts } from '../../../shared/api/laptop-ports.ts'
import type { Service } from '../../../shared/api/types/core-v1.ts'
import type { ClusterSummary } from '../../../shared/ipc/contract.ts'

export interface LaptopAddress {
  readonly text: string
  readonly url: string
}

/** Ports of well-known protocols that a browser can't open. */
const NOT_HTTP = new Set([22, 25, 53, 1433, 2379, 3306, 5432, 5672, 6379, 9092, 11211, 27017])

/** Whether a browser may get somewhere with it: a guess from appProtocol, else from the port. */
export function speaksHttp({ spec, metadata }: Service): boolean {
  if (metadata.name === 'kubernetes' && metadata.namespace === 'default') return false
  return (spec?.ports ?? []).some(({ port, appProtocol }) =>
    appProtocol === undefined ? !NOT_HTTP.has(port) : /http|h2c|ws/.test(appProtocol),
  )
}

/** The addresses at which a Service answers on the laptop: by name through the cluster's port, and its own ports. */
export function laptopAddresses(cluster: ClusterSummary, service: Service): LaptopAddress[] {
  const { spec, status, metadata } = service
  const tcp = (spec?.ports ?? []).filter(({ protocol }) => protocol === undefined || protocol === 'TCP')
  if (tcp.length === 0 || spec?.type === 'ExternalName') return []
  const offered = laptopPorts(service)
  const reached = (port: number) => offered.get(`tcp/${port}`) ?? port
  const addresses: string[] = []
  if (spec?.type === 'LoadBalancer') {
    const hosts = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => hostname ?? ip ?? '')
    for (const host of hosts) for (const { port } of tcp) addresses.push(`http://${host}:${reached(port)}`)
  } else if (spec?.type === 'NodePort') {
    for (const { nodePort } of tcp) if (nodePort) addresses.push(`http://127.0.0.1:${reached(nodePort)}`)
  }
  if (cluster.httpPort !== undefined) {
    addresses.push(`http://${metadata.name}.${metadata.namespace}.${cluster.name}.localhost:${cluster.httpPort}`)
  }
  return addresses.map((url) => ({ url, text: url.replace('http://', '') }))
}
