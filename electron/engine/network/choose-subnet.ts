import type { UsedSubnet } from './host-subnets.ts'
import { type Cidr, cidrsOverlap, formatCidr, makeCidr, parseCidr } from './ipv4.ts'
import type { EngineNetwork } from './network-engine.ts'

/** What is stored with a cluster about its network; everything else follows from it. */
export interface ClusterNetworkConfig {
  /** A /16: "10.43.0.0/16". */
  readonly subnet: string
}

const FIRST = 60
const COUNT = 190

/**
 * Picks a /16 of 10.60 to 10.249 that nothing uses, starting at random so that two machines in one VPN seldom meet.
 * Undefined when all are taken.
 */
export function chooseSubnet(used: readonly UsedSubnet[], random: () => number): string | undefined {
  const start = Math.floor(random() * COUNT)
  for (let step = 0; step < COUNT; step++) {
    const cidr = makeCidr((10 * 256 + FIRST + ((start + step) % COUNT)) * 65536, 16)
    if (findOverlap(cidr, used) === undefined) return formatCidr(cidr)
  }
  return undefined
}

/** Who else uses the cluster's range; default routes and the cluster's own network don't count. */
export function findOverlap(cidr: Cidr, used: readonly UsedSubnet[]): UsedSubnet | undefined {
  return used.find((each) => each.cidr.bits > 0 && cidrsOverlap(cidr, each.cidr))
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
