import type { PodRules } from './pod-rules.ts'
import { ruleLines } from './rule-text.ts'

/** A pod whose egress is isolated, with its address. */
export interface EgressPod {
  readonly address: string
  readonly rules: PodRules
}

const TABLE = 'ip slipway-policy'

/**
 * The gateway's share of NetworkPolicies as nft text. A pod's own rules see only the Service's address, so they let it
 * go to the gateway, which knows the backend that it chose: egress through a Service is decided here.
 */
export function planGatewayPolicies(pods: readonly EgressPod[], infrastructureCidr: string): string {
  const clear = `add table ${TABLE}\ndelete table ${TABLE}\n`
  if (pods.length === 0) return clear
  const chains = chainsOf(pods)
  const jumps = [...chains.values()].flatMap(({ name, pods }) => pods.map(({ address }) => `${address} : goto ${name}`))
  const forward = [
    'type filter hook forward priority filter',
    'ct status & dnat == 0 accept',
    // Not what a connection that was let through before still sends: a new policy ends it.
    'ct state related accept',
    'ct direction reply accept',
    // Neither its node nor itself can be kept from a pod.
    `ip daddr ${infrastructureCidr} accept`,
    `ip saddr . ip daddr { ${pods.flatMap(alwaysReached).join(', ')} } accept`,
    `ip saddr vmap { ${jumps.join(', ')} }`,
  ]
  const egress = [...chains].map(([lines, { name }]) =>
    block(`chain ${name}`, [...lines.split('\n').filter((line) => line !== ''), 'drop']),
  )
  return `${clear}table ${TABLE} {\n${egress.join('')}${block('chain forward', forward)}}\n`
}

interface EgressChain {
  readonly name: string
  readonly pods: EgressPod[]
}

/** Pods with the same rules, as a Deployment's are, share a chain; by its rules. */
function chainsOf(pods: readonly EgressPod[]): ReadonlyMap<string, EgressChain> {
  const chains = new Map<string, EgressChain>()
  for (const pod of pods) {
    const lines = ruleLines(pod.rules.egress ?? [], 'egress').join('\n')
    const chain = chains.get(lines) ?? { name: `egress-${chains.size + 1}`, pods: [] }
    chains.set(lines, chain)
    chain.pods.push(pod)
  }
  return chains
}

function alwaysReached({ address, rules }: EgressPod): string[] {
  return [`${address} . ${address}`, `${address} . ${rules.nodeIP}`]
}

function block(head: string, lines: readonly string[]): string {
  return `\t${head} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`
}
