import type { PodRules, PolicyPeer, PolicyRule, PortRange } from './pod-rules.ts'

/** The rules of one direction in the language of nft. */
export function ruleLines(rules: readonly PolicyRule[], direction: 'ingress' | 'egress'): readonly string[] {
  const address = direction === 'ingress' ? 'ip saddr' : 'ip daddr'
  return rules.map(({ peer, ports }) => [...peerMatches(peer, address), ...portMatches(ports), 'accept'].join(' '))
}

/** All of it, readable; equal texts are equal rules. */
export function podRulesText(rules: PodRules | undefined): string {
  if (rules === undefined) return ''
  const lines = (['ingress', 'egress'] as const).flatMap((direction) => {
    const allowed = rules[direction]
    return allowed === undefined ? [] : [`${direction} of ${rules.nodeIP}`, ...ruleLines(allowed, direction)]
  })
  return lines.join('\n')
}

function peerMatches(peer: PolicyPeer, address: string): string[] {
  switch (peer.type) {
    case 'anyone':
      return []
    case 'pods':
      return [`${address} { ${peer.addresses.join(', ')} }`]
    case 'block':
      return [`${address} ${peer.cidr}`, ...peer.except.map((cidr) => `${address} != ${cidr}`)]
  }
}

function portMatches(ports: PortRange | undefined): string[] {
  if (ports === undefined) return []
  const { protocol, range } = ports
  if (range === undefined) return [`meta l4proto ${protocol}`]
  const [first, last] = range
  return [`${protocol} dport ${first === last ? first : `${first}-${last}`}`]
}
