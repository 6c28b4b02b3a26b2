import type { Service } from '../../../../../shared/api/types/core-v1.ts'
import { formatAddress, parseAddress } from '../ip-rules.ts'
import { isHeadless } from './service-types.ts'

const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints'

/** GetWarningsForService. */
export function serviceWarnings({ metadata, spec = {} }: Service): string[] {
  const { externalIPs = [], loadBalancerIP = '', clusterIPs = [], sessionAffinity } = spec
  const warnings: string[] = []
  const when = (holds: boolean, text: string) => {
    if (holds) warnings.push(text)
  }
  when(
    metadata.annotations?.[TOPOLOGY_HINTS] !== undefined,
    `annotation ${TOPOLOGY_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`,
  )
  when(externalIPs.length > 0, 'spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  if (!isHeadless(spec)) {
    clusterIPs.forEach((ip, at) => {
      warnings.push(...addressWarnings(`spec.clusterIPs[${at}]`, ip))
    })
    externalIPs.forEach((ip, at) => {
      warnings.push(...addressWarnings(`spec.externalIPs[${at}]`, ip))
    })
    if (loadBalancerIP) warnings.push(...addressWarnings('spec.loadBalancerIP', loadBalancerIP))
  } else {
    when(loadBalancerIP !== '', 'spec.loadBalancerIP is ignored for headless services')
    when(externalIPs.length > 0, 'spec.externalIPs is ignored for headless services')
    when(sessionAffinity !== 'None', 'spec.SessionAffinity is ignored for headless services')
  }
  const isName = spec.type === 'ExternalName'
  when(isName && externalIPs.length > 0, 'spec.externalIPs is ignored when spec.type is "ExternalName"')
  when(!isName && !!spec.externalName, 'spec.externalName is ignored when spec.type is not "ExternalName"')
  when(
    spec.trafficDistribution === 'PreferClose',
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  )
  return warnings
}

/** GetWarningsForIP: IPv6 in other than its canonical form. */
function addressWarnings(path: string, text: string): string[] {
  const address = parseAddress(text)
  if (!address || address.size === 32) return []
  const canonical = formatAddress(address)
  if (canonical === text) return []
  const quoted = JSON.stringify(canonical)
  return [`${path}: IPv6 address ${JSON.stringify(text)} should be in RFC 5952 canonical format (${quoted})`]
}
