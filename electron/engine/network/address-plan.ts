import { invariant } from '../../../shared/lang/invariant.ts'
import { type Cidr, formatCidr, formatIPv4, parseCidr } from './ipv4.ts'

/**
 * How a cluster's /16 is divided; everything follows from the subnet alone, so only that is stored.
 * - x.y.0.0/24: infrastructure (.1 the bridge on the host, .2 the gateway)
 * - x.y.1.0 to x.y.126.255: pods
 * - x.y.127.0/24: nodes
 * - x.y.128.0/17: Services (.128.1 `kubernetes`, .128.10 DNS)
 */
export interface AddressPlan {
  readonly subnet: string
  readonly podCidr: string
  readonly serviceCidr: string
  readonly nodeCidr: string
  readonly infrastructureCidr: string
  readonly bridgeIP: string
  readonly gatewayIP: string
  readonly gatewayMac: string
  readonly kubernetesServiceIP: string
  readonly dnsServiceIP: string
  /** A second address of the gateway, of the nodes' range, and a Service address: for its test of itself. */
  readonly probeIP: string
  readonly probeServiceIP: string
  readonly firstPodIP: number
  readonly podIPs: number
}

export function planAddresses(subnet: string): AddressPlan {
  const cidr = parseCidr(subnet)
  invariant(cidr !== undefined && cidr.bits === 16, `a cluster's subnet is a /16: ${subnet}`)
  const at = (third: number, fourth: number) => formatIPv4(cidr.base + third * 256 + fourth)
  const range = (third: number, bits: number) => formatCidr({ base: cidr.base + third * 256, bits })
  return {
    subnet: formatCidr(cidr),
    podCidr: range(0, 17),
    serviceCidr: range(128, 17),
    nodeCidr: range(127, 24),
    infrastructureCidr: range(0, 24),
    bridgeIP: at(0, 1),
    gatewayIP: at(0, 2),
    gatewayMac: macOf(cidr, 2),
    kubernetesServiceIP: at(128, 1),
    dnsServiceIP: at(128, 10),
    probeIP: at(127, 254),
    probeServiceIP: at(255, 254),
    firstPodIP: cidr.base + 256,
    podIPs: 126 * 256,
  }
}

/** Fixed, because pods tell by it which connections came through the gateway; in the form the engine itself uses. */
function macOf(cidr: Cidr, host: number): string {
  const bytes = formatIPv4(cidr.base + host).split('.')
  return ['02', '42', ...bytes.map((byte) => Number(byte).toString(16).padStart(2, '0'))].join(':')
}
