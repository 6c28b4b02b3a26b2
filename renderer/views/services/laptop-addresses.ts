import type { Service } from '../../../shared/api/types/core-v1.ts'
import type { ClusterSummary } from '../../../shared/ipc/contract.ts'

export interface LaptopAddress {
  readonly text: string
  readonly url: string
}

/** The addresses at which a Service answers on the laptop: by name through the cluster's port, and its own ports. */
export function laptopAddresses(cluster: ClusterSummary, service: Service): LaptopAddress[] {
  const { spec, status, metadata } = service
  const tcp = (spec?.ports ?? []).filter(({ protocol }) => protocol === undefined || protocol === 'TCP')
  if (tcp.length === 0 || spec?.type === 'ExternalName') return []
  const addresses: string[] = []
  if (spec?.type === 'LoadBalancer') {
    const hosts = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => hostname ?? ip ?? '')
    for (const host of hosts) for (const { port } of tcp) addresses.push(`http://${host}:${port}`)
  } else if (spec?.type === 'NodePort') {
    for (const { nodePort } of tcp) if (nodePort) addresses.push(`http://127.0.0.1:${nodePort}`)
  }
  if (cluster.httpPort !== undefined && spec?.clusterIP !== 'None') {
    addresses.push(`http://${metadata.name}.${metadata.namespace}.${cluster.name}.localhost:${cluster.httpPort}`)
  }
  return addresses.map((url) => ({ url, text: url.replace('http://', '') }))
}
