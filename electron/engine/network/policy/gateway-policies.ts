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
  const forward = [
    'type filter hook forward priority filter',
    'ct status & dnat == 0 accept',
    'ct state established,related accept',
    `ip saddr vmap { ${pods.map(({ address }) => `${address} : goto egress/${address}`).join(', ')} }`,
  ]
  const chains = pods.map(({ address, rules }) =>
    block(`chain egress/${address}`, [
      // Neither its node nor itself can be kept from a pod.
      `ip daddr { ${infrastructureCidr}, ${rules.nodeIP}, ${address} } accept`,
      ...ruleLines(rules.egress ?? [], 'egress'),
      'drop',
    ]),
  )
  return `${clear}table ${TABLE} {\n${chains.join('')}${block('chain forward', forward)}}\n`
}

function block(head: string, lines: readonly string[]): string {
  return `\t${head} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`
}
