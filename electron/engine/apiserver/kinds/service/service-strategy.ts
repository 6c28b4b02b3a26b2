import { nameIsDNSLabel } from '../../../../../shared/api/names.ts'
import type { Service } from '../../../../../shared/api/types/core-v1.ts'
import type { KindStrategy } from '../strategy.ts'
import { prepareClusterIPs } from './prepare-cluster-ips.ts'
import { dropTypeDependentFields, keepAllocated, syncClusterIPs } from './prepare-service-update.ts'
import { serviceWarnings } from './service-warnings.ts'
import { validateService, validateServiceStatus, validateServiceUpdate } from './validate-service.ts'

export const serviceStrategy: KindStrategy<Service> = {
  createOnUpdate: true,
  validateName: nameIsDNSLabel,
  defaults({ spec, status }) {
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
    if (external) spec.externalTrafficPolicy ??= 'Cluster'
    if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster'
    if (spec.type !== 'LoadBalancer') return
    spec.allocateLoadBalancerNodePorts ??= true
    for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP'
  },
  prepareCreate(service) {
    service.status = { loadBalancer: {} }
    if (service.spec) syncClusterIPs(service.spec, undefined)
    prepareClusterIPs(service, undefined)
  },
  prepareUpdate(service, old, _context, subresource) {
    const { spec } = service
    if (subresource !== '' || !spec || !old.spec) return
    dropTypeDependentFields(spec, old.spec)
    keepAllocated(spec, old.spec)
    syncClusterIPs(spec, old.spec)
    prepareClusterIPs(service, old)
  },
  validate: (service) => validateService(service),
  validateUpdate: (service, old, _context, subresource) =>
    subresource === 'status' ? validateServiceStatus(service, old) : validateServiceUpdate(service, old),
  warnings: (service) => serviceWarnings(service),
  selectableFields: ({ spec }) => ({ 'spec.clusterIP': spec?.clusterIP ?? '', 'spec.type': spec?.type ?? '' }),
}
