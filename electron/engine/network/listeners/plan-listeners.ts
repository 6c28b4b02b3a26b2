import type { Service } from '../../../../shared/api/types/core-v1.ts'

/** One port of this machine's loopback that leads to one port of a Service. */
export interface PlannedListener {
  /** "default/web/8088": unique in the cluster. */
  readonly key: string
  readonly port: number
  /** The id of the service table's entry. */
  readonly entry: string
  /** LoadBalancer ports are told in the Service's status. */
  readonly loadBalancer: boolean
}

/** NodePort and LoadBalancer ports (TCP) of a Service. */
export function planListeners(service: Service): readonly PlannedListener[] {
  const { type, ports = [], clusterIP } = service.spec ?? {}
  if (service.metadata.deletionTimestamp || !clusterIP || clusterIP === 'None') return []
  if (type !== 'NodePort' && type !== 'LoadBalancer') return []
  const name = `${service.metadata.namespace}/${service.metadata.name}`
  return ports
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .flatMap(({ port, nodePort }) => {
      const entry = `${name}/tcp/${port}`
      const listener = (own: number, loadBalancer: boolean) => ({
        key: `${name}/${own}`,
        port: own,
        entry,
        loadBalancer,
      })
      return [
        ...(type === 'LoadBalancer' ? [listener(port, true)] : []),
        ...(nodePort ? [listener(nodePort, false)] : []),
      ]
    })
}
