import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'

/**
 * Connects a network namespace to the machine's network, so that an engine in it can reach registries: a veth pair out
 * of the range for benchmarks (RFC 2544), and masquerading for its two addresses alone. Returns how to undo it.
 */
export function connectNamespace(namespace: string): () => void {
  const [third, fourth] = [randomInt(256), randomInt(64) * 4]
  const subnet = `198.18.${third}.${fourth}/30`
  const [outside, inside] = [`198.18.${third}.${fourth + 1}`, `198.18.${third}.${fourth + 2}`]
  const link = `slipway${third}x${fourth}`
  const rules = [
    ['-t', 'nat', 'POSTROUTING', '-s', subnet, '!', '-d', subnet, '-j', 'MASQUERADE'],
    ['FORWARD', '-s', subnet, '-j', 'ACCEPT'],
    ['FORWARD', '-d', subnet, '-j', 'ACCEPT'],
  ]
  const ip = (...args: string[]) => execFileSync('ip', args)
  ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', namespace)
  ip('address', 'add', `${outside}/30`, 'dev', link)
  ip('link', 'set', link, 'up')
  ip('-n', namespace, 'address', 'add', `${inside}/30`, 'dev', 'uplink')
  ip('-n', namespace, 'link', 'set', 'uplink', 'up')
  ip('-n', namespace, 'route', 'add', 'default', 'via', outside)
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
  for (const rule of rules) iptables('-I', rule)
  return () => {
    for (const rule of rules) iptables('-D', rule)
    // The other end goes with the namespace.
    ip('link', 'delete', link)
  }
}

/** `rule` names its table first where it is not the filter table, then its chain. */
function iptables(action: '-I' | '-D', rule: string[]): void {
  const [table, rest] = rule[0] === '-t' ? [rule.slice(0, 2), rule.slice(2)] : [[], rule]
  execFileSync('iptables', ['--wait', ...table, action, ...rest])
}
