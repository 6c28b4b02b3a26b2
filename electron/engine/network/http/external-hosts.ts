import { lookup } from 'node:dns/promises'
import { BlockList, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { DialCluster } from '../cluster-network.ts'
import { dialDirect } from '../dial/dial-direct.ts'

/** The hosts outside of the cluster that ExternalName Services name, as this machine sees them. */
export interface ExternalHosts {
  /** Every address of a name. */
  lookup(host: string): Promise<readonly string[]>
  /** Of this machine itself. */
  ownAddresses(): readonly string[]
  readonly dial: DialCluster
}

export const externalHosts: ExternalHosts = {
  lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  ownAddresses: () =>
    Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address)),
  dial: dialDirect,
}

/** Ranges that mean something else on each machine, this one among them. */
const NOT_ELSEWHERE = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  NOT_ELSEWHERE.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  NOT_ELSEWHERE.addSubnet(network, bits, 'ipv6')

/**
 * The addresses of a name that lead away from this machine. What listens here is meant for its user alone: who may make
 * a Service must not get to it by a name. Rejects with why there is none.
 */
export async function addressesElsewhere(host: string, hosts: ExternalHosts): Promise<readonly string[]> {
  let addresses: readonly string[]
  try {
    addresses = await hosts.lookup(host)
  } catch (error) {
    throw new Error(`${host} cannot be resolved (${(error as NodeJS.ErrnoException).code})`, { cause: error })
  }
  const own = new Set(hosts.ownAddresses())
  const elsewhere = addresses.filter(
    (address) => !own.has(address) && !NOT_ELSEWHERE.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
  )
  if (elsewhere.length === 0) throw new Error(`${host} leads to this machine itself (${addresses.join(', ')})`)
  return elsewhere
}
