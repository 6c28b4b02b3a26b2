import type { UsedSubnet } from './host-subnets.ts'
import { type Cidr, cidrsOverlap, formatCidr, makeCidr, parseCidr } from './ipv4.ts'
import type { EngineNetwork } from './network-engine.ts'

/** What is stored with a cluster about its network; everything else follows from it. */
export interface ClusterNetworkConfig {
  /** A /16: "10.43.0.0/16". */
  readonly subnet: string
}

/** A route wider than this sends everything through a VPN (0.0.0.0/1 and 128.0.0.0/1): no claim on a range. */
const WIDEST_CLAIM_BITS = 8

/** 10.60 to 10.249 first; the others for machines whose VPN takes all of 10.0.0.0/8. */
const CANDIDATES: readonly (readonly Cidr[])[] = [
  sixteens(10, 60, 190),
  sixteens(172, 16, 16),
  sixteens(100, 64, 64),
  sixteens(198, 18, 2),
]

function sixteens(first: number, second: number, count: number): Cidr[] {
  return Array.from({ length: count }, (_, index) => makeCidr((first * 256 + second + index) * 65536, 16))
}

/**
 * Picks a /16 that nothing uses, starting at random so that two machines in one VPN seldom meet. Undefined when all
 * are taken.
 */
export function chooseSubnet(used: readonly UsedSubnet[], random: () => number): string | undefined {
  for (const range of CANDIDATES) {
    const start = Math.floor(random() * range.length)
    const free = [...range.slice(start), ...range.slice(0, start)].find((cidr) => findOverlap(cidr, used) === undefined)
    if (free) return formatCidr(free)
  }
  return undefined
}

/** Who else uses the range; default routes don't count. */
export function findOverlap(cidr: Cidr, used: readonly UsedSubnet[]): UsedSubnet | undefined {
  return used.find((each) => each.cidr.bits >= WIDEST_CLAIM_BITS && cidrsOverlap(cidr, each.cidr))
}

export function networkSubnets(networks: readonly EngineNetwork[]): UsedSubnet[] {
  return networks.flatMap(({ name, subnets }) =>
    subnets.flatMap((subnet) => {
      const cidr = parseCidr(subnet)
      return cidr ? [{ cidr, user: `the Docker network ${name}` }] : []
    }),
  )
}

/** What a user reads when a VPN or another network took the cluster's range after the cluster was made. */
export function overlapMessage(cluster: string, subnet: string, other: UsedSubnet): string {
  return (
    `The network of cluster "${cluster}" (${subnet}) overlaps ${formatCidr(other.cidr)} of ${other.user}: ` +
    `connections to its pods may go astray. Disconnect the other network, or recreate the cluster ` +
    `(slipway delete ${cluster}, slipway up ${cluster}), which then picks a free range.`
  )
}
