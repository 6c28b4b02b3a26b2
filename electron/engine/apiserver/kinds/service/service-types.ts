import type { ServiceSpec } from '../../../../../shared/api/types/core-v1.ts'

/** What follows from a Service's type. */

export function hasClusterIP({ type }: ServiceSpec): boolean {
  return type !== 'ExternalName'
}

export function hasNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
}

export function hasHealthCheckNodePort({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}

/** ExternallyAccessible: by a port of the nodes, a load balancer or addresses of its own. */
export function isExternallyAccessible({ type, externalIPs }: ServiceSpec): boolean {
  if (type === 'LoadBalancer' || type === 'NodePort') return true
  return type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0
}

export function isHeadless({ clusterIP, clusterIPs }: ServiceSpec): boolean {
  return clusterIPs?.length ? clusterIPs.length === 1 && clusterIPs[0] === 'None' : clusterIP === 'None'
}
