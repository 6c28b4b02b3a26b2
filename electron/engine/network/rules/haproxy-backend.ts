import type { AddressPlan } from '../address-plan.ts'
import type { Gateway } from '../gateway.ts'
import { planHaproxyConfig } from './haproxy-config.ts'
import { clientsNow, type GatewayBackend, type NftOptions } from './nft-backend.ts'
import type { ServiceEntry } from './service-table.ts'

/** Serves the table by HAProxy in the gateway. */
export class HaproxyBackend implements GatewayBackend {
  readonly #gateway: Gateway
  readonly #plan: AddressPlan
  readonly #options: NftOptions
  #config = ''

  constructor(gateway: Gateway, plan: AddressPlan, options: NftOptions) {
    this.#gateway = gateway
    this.#plan = plan
    this.#options = options
  }

  reset(): void {
    this.#config = ''
  }

  async apply(table: readonly ServiceEntry[]): Promise<void> {
    const config = planHaproxyConfig(table, {
      ...this.#plan,
      ...clientsNow(this.#options),
      nodeIP: this.#options.nodeIP,
    })
    if (config === this.#config) return
    const { exitCode, stderr } = await this.#gateway.exec(['/slipway/apply-haproxy'], config)
    if (exitCode !== 0) throw new Error(`haproxy ended with ${exitCode}: ${stderr.trim().slice(0, 2000)}`)
    this.#config = config
  }
}
