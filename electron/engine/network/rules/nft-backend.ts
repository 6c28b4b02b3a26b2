import type { AddressPlan } from '../address-plan.ts'
import type { Gateway } from '../gateway.ts'
import type { GatewayShare } from '../policy/gateway-share.ts'
import type { Clients } from './near-backends.ts'
import { planRuleset, planRulesetUpdate, type Ruleset } from './ruleset.ts'
import type { ServiceEntry } from './service-table.ts'
import { planStaleFlows } from './stale-flows.ts'

export interface NftOptions {
  readonly replyRouting: boolean
  readonly clientsByNode: () => ReadonlyMap<string, readonly string[]>
  readonly zonesByNode: () => ReadonlyMap<string, string | undefined>
  readonly nodeIP: (node: string) => string | undefined
  readonly policies?: GatewayShare | undefined
}

export function clientsNow({ clientsByNode, zonesByNode }: NftOptions): Clients {
  const zones = zonesByNode()
  return { clientsByNode: clientsByNode(), zoneOf: (node) => zones.get(node) }
}

/** One way in which the gateway serves the table. */
export interface GatewayBackend {
  /** Forgets what the gateway has: the next table is laid down anew. */
  reset(): void
  apply(table: readonly ServiceEntry[]): Promise<void>
}

/** Serves the table in the gateway's kernel. */
export class NftBackend implements GatewayBackend {
  readonly #gateway: Gateway
  readonly #plan: AddressPlan
  readonly #options: NftOptions
  #ruleset: Ruleset | undefined
  #table: readonly ServiceEntry[] = []
  #policyVersion = 0

  constructor(gateway: Gateway, plan: AddressPlan, options: NftOptions) {
    this.#gateway = gateway
    this.#plan = plan
    this.#options = options
  }

  reset(): void {
    this.#ruleset = undefined
  }

  async apply(table: readonly ServiceEntry[]): Promise<void> {
    const { replyRouting, nodeIP, policies } = this.#options
    const { version, text } = policies?.rules ?? { version: 0, text: '' }
    const next = planRuleset(table, { ...this.#plan, replyRouting, ...clientsNow(this.#options), nodeIP })
    const previous = this.#ruleset
    if (previous?.full === next.full && version === this.#policyVersion) return
    const update = previous ? `${planRulesetUpdate(previous, next)}\n${text}` : ''
    const { exitCode, stderr } = await this.#gateway.exec(
      ['/slipway/apply'],
      `# incremental\n${update}# full\n${next.full}${text}`,
    )
    if (exitCode !== 0) {
      this.#ruleset = undefined
      throw new Error(`nft ended with ${exitCode}: ${stderr.trim().slice(0, 2000)}`)
    }
    this.#ruleset = next
    this.#policyVersion = version
    policies?.taken(version)
    const stale = planStaleFlows(this.#table, table)
    this.#table = table
    // conntrack exits with 1 when there was nothing to forget.
    const forget = stale.map((args) => `conntrack ${args} >/dev/null 2>&1`).join('; ')
    if (stale.length > 0) await this.#gateway.exec(['sh', '-c', `${forget}; true`])
  }
}
