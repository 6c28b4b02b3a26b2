import type { Service } from '../../../../shared/api/types/core-v1.ts'

/** One port of this machine's loopback that leads to one port of a Service. */
export interface PlannedListener {
  /** "default/web/tcp/8088": unique in the cluster. */
  readonly key: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  /** The id of the service table's entry; undefined: it answers health checks of the Service. */
  readonly entry: string | undefined
  /** LoadBalancer ports are told in the Service's status. */
  readonly loadBalancer: boolean
}

/** LoadBalancers of another class belong to another controller. */
export function isBalancedHere({ spec }: Service): boolean {
  return spec?.type === 'LoadBalancer' && spec.loadBalancerClass === undefined
}

/**
 * NodePort, LoadBalancer and health check ports of a Service. `externalTrafficPolicy: Local` leaves them as they are:
 * the laptop counts as a load balancer that sends only to nodes with endpoints, so every ready endpoint is local.
 */
export function planListeners(service: Service): readonly PlannedListener[] {
  const { type, ports = [], clusterIP, healthCheckNodePort } = service.spec ?? {}
  if (service.metadata.deletionTimestamp || !clusterIP || clusterIP === 'None') return []
  if (type !== 'NodePort' && type !== 'LoadBalancer') return []
  const name = `${service.metadata.namespace}/${service.metadata.name}`
  const planned = ports.flatMap(({ port, nodePort, protocol: named = 'TCP' }) => {
    const protocol = named.toLowerCase() as PlannedListener['protocol']
    const listener = (own: number, loadBalancer: boolean): PlannedListener => ({
      key: `${name}/${protocol}/${own}`,
      port: own,
      protocol,
      entry: `${name}/${protocol}/${port}`,
      loadBalancer,
    })
    return [
      ...(isBalancedHere(service) ? [listener(port, true)] : []),
      ...(nodePort ? [listener(nodePort, false)] : []),
    ]
  })
  if (!healthCheckNodePort) return planned
  const key = `${name}/tcp/${healthCheckNodePort}`
  return [...planned, { key, port: healthCheckNodePort, protocol: 'tcp', entry: undefined, loadBalancer: false }]
}
