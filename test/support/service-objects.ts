import type { Service, ServiceSpec } from '../../shared/api/types/core-v1.ts'
import type { EndpointConditions, EndpointHints, EndpointSlice } from '../../shared/api/types/discovery-v1.ts'

/** Service and EndpointSlice builders: `service('web', '10.43.128.20', { ports: [{ port: 80 }] })`. */
export function service(name: string, clusterIP: string, spec: Partial<ServiceSpec> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'ClusterIP', clusterIP, ports: [{ port: 80 }], ...spec },
  } as Service
}

export interface EndpointSpec {
  readonly ip: string
  readonly node?: string
  readonly conditions?: EndpointConditions
  readonly hints?: EndpointHints
}

export function endpoints(
  name: string,
  addresses: readonly (string | EndpointSpec)[],
  ports: EndpointSlice['ports'] = [{ port: 8080, protocol: 'TCP' }],
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-abcde`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports,
    endpoints: addresses.map((each) => {
      const { ip, node, conditions, hints }: EndpointSpec = typeof each === 'string' ? { ip: each } : each
      const told = { ...(node ? { nodeName: node } : {}), ...(hints ? { hints } : {}) }
      return { addresses: [ip], conditions: conditions ?? {}, ...told }
    }),
  }
}
