import { dns1123Subdomain } from '../../../../../shared/api/names.ts'
import type { Service, ServiceSpec } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkLabels } from '../checks.ts'
import { ipErrors, nonSpecialIPErrors } from '../ip-rules.ts'
import { isHeadless } from './service-types.ts'
import { clusterIPChangeErrors, familyChangeErrors, validateClusterIPs } from './validate-cluster-ips.ts'
import {
  loadBalancerClassErrors,
  sourceRangeErrors,
  trafficErrors,
  validateLoadBalancerStatus,
} from './validate-load-balancer.ts'
import { validatePorts } from './validate-service-ports.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const AFFINITIES = ['ClientIP', 'None']
const MAX_AFFINITY_SECONDS = 86400

export function validateService(service: Service, old?: Service): FieldError[] {
  const { spec = {} } = service
  const errors = [...typeErrors(spec), ...validatePorts(spec)]
  checkLabels(errors, 'spec.selector', spec.selector)
  return [
    ...errors,
    ...affinityErrors(spec),
    ...validateClusterIPs(spec, old?.spec),
    ...externalIPErrors(spec, old?.spec),
    ...sourceRangeErrors(service, old),
    ...trafficErrors(spec),
  ]
}

export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const { spec = {} } = service
  const before = old.spec ?? {}
  const errors = [...clusterIPChangeErrors(spec, before), ...familyChangeErrors(spec, before)]
  const isBalanced = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer'
  if (isBalanced && spec.loadBalancerClass !== before.loadBalancerClass) {
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'))
  }
  // Kubernetes looks at the class on its own, and again with all else.
  return [...errors, ...loadBalancerClassErrors(spec), ...validateService(service, old)]
}

export function validateServiceStatus(service: Service, old: Service): FieldError[] {
  return validateLoadBalancerStatus(service, old)
}

/** What each type asks for and refuses. */
function typeErrors(spec: ServiceSpec): FieldError[] {
  const { type = '', ports = [], clusterIPs = [] } = spec
  const errors: FieldError[] = []
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.push(required('spec.ports'))
  if (type === 'LoadBalancer') {
    ports.forEach((port, at) => {
      if (port.port !== 10250) return
      errors.push(
        invalid(`spec.ports[${at}]`, port.port, 'may not expose port 10250 externally since it is used by kubelet'),
      )
    })
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    errors.push(invalid('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`))
  }
  if (type === 'ExternalName') errors.push(...externalNameErrors(spec))
  if (type === '') errors.push(required('spec.type'))
  else if (!TYPES.includes(type)) errors.push(notSupported('spec.type', type, TYPES))
  return errors
}

function externalNameErrors({
  clusterIPs = [],
  ipFamilies = [],
  ipFamilyPolicy,
  externalName = '',
}: ServiceSpec): FieldError[] {
  const why = 'may not be set for ExternalName services'
  const errors: FieldError[] = []
  if (clusterIPs.length > 0) errors.push(forbidden('spec.clusterIPs', why))
  if (ipFamilies.length > 0) errors.push(forbidden('spec.ipFamilies', why))
  if (ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', why))
  const name = externalName.replace(/\.$/, '')
  if (name === '') errors.push(required('spec.externalName'))
  else errors.push(...dns1123Subdomain(name).map((detail) => invalid('spec.externalName', name, detail)))
  return errors
}

function affinityErrors({ sessionAffinity = '', sessionAffinityConfig: config }: ServiceSpec): FieldError[] {
  const path = 'spec.sessionAffinity'
  const errors: FieldError[] = []
  if (sessionAffinity === '') errors.push(required(path))
  else if (!AFFINITIES.includes(sessionAffinity)) errors.push(notSupported(path, sessionAffinity, AFFINITIES))
  if (sessionAffinity === 'None' && config) {
    errors.push(forbidden(`${path}Config`, 'must not be set when session affinity is None'))
  }
  if (sessionAffinity !== 'ClientIP') return errors
  const seconds = config?.clientIP?.timeoutSeconds ?? 0
  if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    const why = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`
    errors.push(invalid(`${path}Config.clientIP.timeoutSeconds`, seconds, why))
  }
  return errors
}

function externalIPErrors({ externalIPs = [] }: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  return externalIPs.flatMap((ip, at) => {
    const path = `spec.externalIPs[${at}]`
    const errors = ipErrors(path, ip, old?.externalIPs)
    return errors.length > 0 ? errors : nonSpecialIPErrors(path, ip)
  })
}
