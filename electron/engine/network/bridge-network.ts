import type { Logger } from '../../../shared/lang/logger.ts'
import type { AddressPlan } from './address-plan.ts'
import { findOverlap, networkSubnets, overlapMessage } from './choose-subnet.ts'
import { hostSubnets } from './host-subnets.ts'
import { formatCidr, parseCidr } from './ipv4.ts'
import type { EngineNetwork, NetworkEngine } from './network-engine.ts'

export interface BridgeNetworkSpec {
  readonly engine: NetworkEngine
  readonly logger: Logger
  readonly cluster: string
  readonly name: string
  readonly plan: AddressPlan
  readonly labels: Readonly<Record<string, string>>
}

/** The cluster's range is used by something else; the message says by what, and the fix. */
class SubnetOverlap extends Error {}

/** Finds or makes the cluster's bridge network; says so when something else took its range meanwhile. */
export async function ensureBridgeNetwork(
  spec: BridgeNetworkSpec,
): Promise<{ network: EngineNetwork; warning?: string }> {
  const networks = await spec.engine.listNetworks()
  const own = networks.find(({ name, labels }) => name === spec.name && isOwn(labels, spec.labels))
  const overlap = await overlapOf(spec, networks)
  if (own) return overlap ? { network: own, warning: overlap } : { network: own }
  if (overlap) throw new SubnetOverlap(overlap)
  const { engine, name, plan, labels } = spec
  const network = await engine.createNetwork({
    name,
    subnet: plan.subnet,
    ipRange: plan.podCidr,
    bridgeIP: plan.bridgeIP,
    labels,
  })
  return { network }
}

async function overlapOf(spec: BridgeNetworkSpec, networks: readonly EngineNetwork[]): Promise<string | undefined> {
  const cidr = parseCidr(spec.plan.subnet)
  if (!cidr) return undefined
  const others = networks.filter(({ name }) => name !== spec.name)
  // The bridge itself shows up as an interface and a route of exactly this range.
  const host = (await hostSubnets()).filter((used) => formatCidr(used.cidr) !== spec.plan.subnet)
  const overlap = findOverlap(cidr, [...networkSubnets(others), ...host])
  return overlap && overlapMessage(spec.cluster, spec.plan.subnet, overlap)
}

function isOwn(found: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => found[name] === value)
}
