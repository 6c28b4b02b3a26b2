import type { PodRules, PolicyPeer, PolicyRule, PortRange } from '../network/policy/pod-rules.ts'
import {
  addressBytes,
  compare,
  deleteTable,
  type Expression,
  isIn,
  loadConnection,
  loadMeta,
  loadPayload,
  mask,
  type NfTablesRequest,
  native,
  newAddressSet,
  newChain,
  newRule,
  newTable,
  nfTablesBatch,
  verdict,
} from './nf-tables.ts'
import type { SandboxCommand } from './sandbox-control.ts'

export interface PolicyRanges {
  /** The cluster's own machinery on the pods' network: the bridge and the gateway, the node's side. */
  readonly infrastructureCidr: string
  /** Egress to Services is decided by the gateway, which knows the backend. */
  readonly serviceCidr: string
}

const table = 'slipway-policy'
const netfilterProtocol = 12

/**
 * The command that gives a sandbox these rules in place of those it had, in one step; undefined: none. As
 *   table ip slipway-policy {
 *     chain in {
 *       type filter hook input priority filter
 *       iif lo accept; ct state related accept; ct state established ct direction reply accept
 *       ip saddr INFRASTRUCTURE accept; ip saddr NODE accept; ...; drop
 *     }
 *     chain out { the same for output, also ip daddr SERVICES accept }
 *   }
 * Every packet from the side that opened a connection is looked at, not the first alone: what a new policy forbids ends
 * in the middle. The answers to what was let through pass.
 */
export function policyCommand(rules: PodRules | undefined, ranges: PolicyRanges): SandboxCommand {
  return ['netlink', netfilterProtocol, nfTablesBatch(policyRequests(rules, ranges)).toString('base64')]
}

function policyRequests(rules: PodRules | undefined, ranges: PolicyRanges): NfTablesRequest[] {
  const clear = [newTable(table), deleteTable(table)]
  if (rules === undefined) return clear
  const sets = new AddressSets()
  const own = [ranges.infrastructureCidr, `${rules.nodeIP}/32`]
  const chains = [
    ...(rules.ingress ? chain(directions.ingress, own, rules.ingress, sets) : []),
    ...(rules.egress ? chain(directions.egress, [...own, ranges.serviceCidr], rules.egress, sets) : []),
  ]
  return [...clear, newTable(table), ...sets.requests(), ...chains]
}

interface Direction {
  readonly name: string
  readonly hook: 'input' | 'output'
  readonly interface: 'inputInterface' | 'outputInterface'
  /** Of the other end's address in the IPv4 header. */
  readonly addressOffset: number
}

const directions = {
  ingress: { name: 'in', hook: 'input', interface: 'inputInterface', addressOffset: 12 },
  egress: { name: 'out', hook: 'output', interface: 'outputInterface', addressOffset: 16 },
} as const satisfies Record<string, Direction>

const loopback = native(1)
const established = native(2)
const related = native(4)
const reply = Buffer.from([1])

function chain(
  direction: Direction,
  always: readonly string[],
  rules: readonly PolicyRule[],
  sets: AddressSets,
): NfTablesRequest[] {
  const lines: (readonly Expression[])[] = [
    [loadMeta(direction.interface), compare('equal', loopback), verdict('accept')],
    [...hasState(related), verdict('accept')],
    [...hasState(established), loadConnection('direction'), compare('equal', reply), verdict('accept')],
    ...always.map((cidr) => [...inRange(direction, cidr, 'equal'), verdict('accept')]),
    ...rules.map(({ peer, ports }) => [...peerIs(direction, peer, sets), ...portIs(ports), verdict('accept')]),
    [verdict('drop')],
  ]
  const { name, hook } = direction
  return [
    newChain(table, { name, type: 'filter', hook, priority: 'filter' }),
    ...lines.map((line) => newRule(table, name, line)),
  ]
}

function hasState(state: Buffer): Expression[] {
  return [loadConnection('state'), mask(state), compare('different', native(0))]
}

function peerIs(direction: Direction, peer: PolicyPeer, sets: AddressSets): Expression[] {
  switch (peer.type) {
    case 'anyone':
      return []
    case 'pods':
      return [loadPayload('network', direction.addressOffset, 4), isIn(sets.of(peer.addresses))]
    case 'block':
      return [
        ...inRange(direction, peer.cidr, 'equal'),
        ...peer.except.flatMap((cidr) => inRange(direction, cidr, 'different')),
      ]
  }
}

function inRange(direction: Direction, cidr: string, comparison: 'equal' | 'different'): Expression[] {
  const [address = '', length] = cidr.split('/')
  const bits = Buffer.alloc(4)
  bits.writeUInt32BE(2 ** 32 - 2 ** (32 - Number(length)))
  const base = addressBytes(address).map((byte, at) => byte & (bits[at] ?? 0))
  return [loadPayload('network', direction.addressOffset, 4), mask(bits), compare(comparison, Buffer.from(base))]
}

const protocolNumbers = { tcp: 6, udp: 17, sctp: 132 } as const
const destinationPort = loadPayload('transport', 2, 2)

function portIs(ports: PortRange | undefined): Expression[] {
  if (ports === undefined) return []
  const protocol = [loadMeta('protocol'), compare('equal', Buffer.from([protocolNumbers[ports.protocol]]))]
  if (ports.range === undefined) return protocol
  const [first, last] = ports.range.map(portBytes) as [Buffer, Buffer]
  return first.equals(last)
    ? [...protocol, destinationPort, compare('equal', first)]
    : [...protocol, destinationPort, compare('atLeast', first), compare('atMost', last)]
}

function portBytes(port: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(port)
  return bytes
}

/** Equal lists of addresses are one set. */
class AddressSets {
  readonly #sets = new Map<string, { name: string; id: number; addresses: readonly string[] }>()

  of(addresses: readonly string[]): { readonly name: string; readonly id: number } {
    const key = addresses.join(' ')
    const id = this.#sets.size + 1
    const set = this.#sets.get(key) ?? { name: `pods-${id}`, id, addresses }
    this.#sets.set(key, set)
    return set
  }

  requests(): NfTablesRequest[] {
    return [...this.#sets.values()].flatMap((set) => newAddressSet(table, set))
  }
}

/** Rules with every piece that any may have: an engine that takes them can enforce NetworkPolicies. */
export function samplePolicyCommand(): SandboxCommand {
  const ports: PortRange = { protocol: 'tcp', range: [80, 90] }
  const ingress: PolicyRule[] = [
    { peer: { type: 'pods', addresses: ['192.0.2.2', '192.0.2.3'] }, ports },
    { peer: { type: 'block', cidr: '192.0.2.0/24', except: ['192.0.2.8/29'] }, ports: { ...ports, protocol: 'sctp' } },
  ]
  const rules = { nodeIP: '192.0.2.1', ingress, egress: [{ peer: { type: 'anyone' as const }, ports: undefined }] }
  return policyCommand(rules, { infrastructureCidr: '192.0.2.0/28', serviceCidr: '192.0.2.128/25' })
}
