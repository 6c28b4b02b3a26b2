import { nameIsDNS1035Label } from '../../../../shared/api/names.ts'
import type { Service } from '../../../../shared/api/types/core-v1.ts'
import type { KindStrategy } from './strategy.ts'

/** Types whose Services have an address of their own. */
export function hasClusterIP({ spec }: Service): boolean {
  return spec !== undefined && spec.type !== 'ExternalName'
}

export const serviceStrategy: KindStrategy<Service> = {
  defaults({ spec }) {
    if (!spec) return
    spec.sessionAffinity ||= 'None'
    if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
    if (spec.sessionAffinity === 'ClientIP') {
      spec.sessionAffinityConfig ??= {}
      spec.sessionAffinityConfig.clientIP ??= {}
      spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= 10800
    }
    spec.type ||= 'ClusterIP'
    for (const port of spec.ports ?? []) {
      port.protocol ||= 'TCP'
      if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port
    }
    const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.externalIPs?.length ?? 0) > 0
    if (external && spec.externalTrafficPolicy === undefined) spec.externalTrafficPolicy = 'Cluster'
    if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster'
    if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true
  },
  prepareCreate(service) {
    service.status = { loadBalancer: {} }
  },
  validateName: nameIsDNS1035Label,
  selectableFields: ({ spec }) => ({ 'spec.clusterIP': spec?.clusterIP ?? '', 'spec.type': spec?.type ?? '' }),
}
