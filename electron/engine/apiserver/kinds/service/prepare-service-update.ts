import type { ServicePort, ServiceSpec } from '../../../../../shared/api/types/core-v1.ts'
import { equalJson } from '../../registry/json-value.ts'
import { hasClusterIP, hasHealthCheckNodePort, hasNodePorts, isExternallyAccessible } from './service-types.ts'

/**
 * What an update may leave out or leave behind: values the system gave are kept, and those that a change of type makes
 * meaningless are dropped, unless the user changed them too (then validation refuses them).
 */

interface Dependent {
  readonly fields: readonly (keyof ServiceSpec)[]
  readonly applies: (spec: ServiceSpec) => boolean
}

const isLoadBalancer = ({ type }: ServiceSpec) => type === 'LoadBalancer'

const DEPENDENT: readonly Dependent[] = [
  { fields: ['ipFamilyPolicy'], applies: hasClusterIP },
  { fields: ['ipFamilies'], applies: hasClusterIP },
  { fields: ['healthCheckNodePort'], applies: hasHealthCheckNodePort },
  { fields: ['allocateLoadBalancerNodePorts'], applies: isLoadBalancer },
  { fields: ['loadBalancerClass'], applies: isLoadBalancer },
  { fields: ['internalTrafficPolicy'], applies: hasClusterIP },
  { fields: ['externalTrafficPolicy'], applies: isExternallyAccessible },
]

export function dropTypeDependentFields(spec: ServiceSpec, old: ServiceSpec): void {
  if (hasClusterIP(old) && !hasClusterIP(spec) && sameClusterIPs(spec, old)) {
    delete spec.clusterIP
    delete spec.clusterIPs
  }
  for (const { fields, applies } of DEPENDENT) {
    if (!applies(old) || applies(spec)) continue
    for (const field of fields) if (equalJson(spec[field], old[field])) delete spec[field]
  }
  if (hasNodePorts(old) && !hasNodePorts(spec) && sameNodePorts(spec, old)) {
    for (const port of spec.ports ?? []) delete port.nodePort
  }
}

function sameClusterIPs(spec: ServiceSpec, old: ServiceSpec): boolean {
  return (spec.clusterIP ?? '') === (old.clusterIP ?? '') && equalJson(spec.clusterIPs ?? [], old.clusterIPs ?? [])
}

function sameNodePorts(spec: ServiceSpec, old: ServiceSpec): boolean {
  const of = ({ ports = [] }: ServiceSpec) => new Set(ports.map(({ nodePort }) => nodePort ?? 0).filter((port) => port))
  const [now, before] = [of(spec), of(old)]
  return now.size === before.size && [...now].every((port) => before.has(port))
}

/** patchAllocatedValues. */
export function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (hasClusterIP(old) && hasClusterIP(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP
    if (!spec.clusterIPs?.length && old.clusterIPs && spec.clusterIP === old.clusterIP) {
      spec.clusterIPs = [...old.clusterIPs]
    }
  }
  if (hasNodePorts(old) && hasNodePorts(spec)) {
    const former = new Map((old.ports ?? []).map((port) => [portKey(port), port.nodePort]))
    const used = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort))
    for (const port of spec.ports ?? []) {
      const nodePort = former.get(portKey(port))
      if (!port.nodePort && nodePort && !used.has(nodePort)) port.nodePort = nodePort
    }
  }
  if (hasHealthCheckNodePort(old) && hasHealthCheckNodePort(spec) && !spec.healthCheckNodePort) {
    if (old.healthCheckNodePort) spec.healthCheckNodePort = old.healthCheckNodePort
  }
}

function portKey({ protocol, port }: ServicePort): string {
  return `${protocol}/${port}`
}

/** normalizeClusterIPs: clusterIP is the first of clusterIPs; a change of one of them alone changes the other. */
export function syncClusterIPs(spec: ServiceSpec, old: ServiceSpec | undefined): void {
  if (old === undefined) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    return
  }
  const isSingularSame = (spec.clusterIP ?? '') === (old.clusterIP ?? '')
  const isPluralSame = equalJson(spec.clusterIPs ?? [], old.clusterIPs ?? [])
  if (!isSingularSame && isPluralSame) {
    if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP]
    else delete spec.clusterIPs
  }
}
