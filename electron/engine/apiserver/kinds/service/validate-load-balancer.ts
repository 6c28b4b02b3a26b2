import { dns1123Subdomain, portNumber, qualifiedName } from '../../../../../shared/api/names.ts'
import type { LoadBalancerIngress, Service, ServiceSpec } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, key, notSupported, required } from '../../machinery/field-error.ts'
import { cidrErrors, ipErrors, parseAddress } from '../ip-rules.ts'
import { hasHealthCheckNodePort, isExternallyAccessible } from './service-types.ts'

const ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'"
const RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const POLICIES = ['Cluster', 'Local']
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

/** Who may reach a load balancer: by the field, or by the annotation that came before it. */
export function sourceRangeErrors({ metadata, spec = {} }: Service, old: Service | undefined): FieldError[] {
  const { loadBalancerSourceRanges = [], type } = spec
  const annotation = metadata.annotations?.[RANGES]
  const errors: FieldError[] = []
  if (loadBalancerSourceRanges.length > 0) {
    const path = 'spec.LoadBalancerSourceRanges'
    if (type !== 'LoadBalancer') errors.push(forbidden(path, ONLY_BALANCED))
    loadBalancerSourceRanges.forEach((range, at) => {
      errors.push(...cidrErrors(`${path}[${at}]`, range.trim(), old?.spec?.loadBalancerSourceRanges))
    })
  } else if (annotation !== undefined) {
    const path = key('metadata.annotations', RANGES)
    if (type !== 'LoadBalancer') errors.push(forbidden(path, ONLY_BALANCED))
    const ranges = annotation.trim() === '' ? [] : annotation.trim().split(',')
    errors.push(...ranges.flatMap((range) => cidrErrors(path, range.trim())))
  }
  return errors
}

/** The fields that say how traffic from outside and inside is spread. */
export function trafficErrors(spec: ServiceSpec): FieldError[] {
  const { type, allocateLoadBalancerNodePorts, internalTrafficPolicy, trafficDistribution } = spec
  const errors: FieldError[] = []
  const isBalanced = type === 'LoadBalancer'
  if (allocateLoadBalancerNodePorts !== undefined && !isBalanced) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', ONLY_BALANCED))
  }
  errors.push(...loadBalancerClassErrors(spec), ...externalPolicyErrors(spec))
  if (internalTrafficPolicy !== undefined && !POLICIES.includes(internalTrafficPolicy)) {
    errors.push(notSupported('spec.internalTrafficPolicy', internalTrafficPolicy, POLICIES))
  }
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) {
    errors.push(notSupported('spec.trafficDistribution', trafficDistribution, DISTRIBUTIONS))
  }
  return errors
}

export function loadBalancerClassErrors({ type, loadBalancerClass: name }: ServiceSpec): FieldError[] {
  const path = 'spec.loadBalancerClass'
  if (name === undefined) return []
  if (type !== 'LoadBalancer') return [forbidden(path, ONLY_BALANCED)]
  return qualifiedName(name).map((why) => invalid(path, name, why))
}

function externalPolicyErrors(spec: ServiceSpec): FieldError[] {
  const { externalTrafficPolicy: policy = '', healthCheckNodePort: port = 0 } = spec
  const path = 'spec.externalTrafficPolicy'
  const errors: FieldError[] = []
  if (!isExternallyAccessible(spec)) {
    if (policy !== '') errors.push(invalid(path, policy, 'may only be set for externally-accessible services'))
  } else if (policy === '') errors.push(required(path))
  else if (!POLICIES.includes(policy)) errors.push(notSupported(path, policy, POLICIES))
  if (port === 0) return errors
  const portPath = 'spec.healthCheckNodePort'
  if (hasHealthCheckNodePort(spec)) {
    return [...errors, ...portNumber(port).map((why) => invalid(portPath, port, why))]
  }
  const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
  return [...errors, invalid(portPath, port, why)]
}

/** ValidateLoadBalancerStatus of a Service. */
export function validateLoadBalancerStatus({ spec, status }: Service, old: Service): FieldError[] {
  const path = 'status.loadBalancer.ingress'
  const ingress = status?.loadBalancer?.ingress ?? []
  const before = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []))
  if (spec?.type !== 'LoadBalancer') {
    return ingress.length > 0 ? [forbidden(path, 'may only be used when `spec.type` is "LoadBalancer"')] : []
  }
  return ingress.flatMap((item, at) => ingressErrors(`${path}[${at}]`, item, before))
}

const MODES = ['Proxy', 'VIP']

function ingressErrors(path: string, item: LoadBalancerIngress, before: readonly string[]): FieldError[] {
  const { ip = '', ipMode, hostname = '' } = item
  const errors = ip === '' ? [] : ipErrors(`${path}.ip`, ip, before)
  if (ipMode === undefined) {
    if (ip !== '') errors.push(required(`${path}.ipMode`, 'must be specified when `ip` is set'))
  } else if (ip === '') errors.push(forbidden(`${path}.ipMode`, 'may not be specified when `ip` is not set'))
  else if (!MODES.includes(ipMode)) errors.push(notSupported(`${path}.ipMode`, ipMode, MODES))
  return [...errors, ...hostnameErrors(`${path}.hostname`, hostname)]
}

/** Also Ingresses name the hosts they are reached at. */
export function hostnameErrors(path: string, hostname: string): FieldError[] {
  if (hostname === '') return []
  const errors = dns1123Subdomain(hostname).map((why) => invalid(path, hostname, why))
  const isAddress = parseAddress(hostname) !== undefined
  return isAddress ? [...errors, invalid(path, hostname, 'must be a DNS name, not an IP address')] : errors
}
