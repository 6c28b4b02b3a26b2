import { type Clock, delay } from '../../../../shared/lang/clock.ts'
import { Emitter } from '../../../../shared/lang/emitter.ts'
import { type EgressPod, planGatewayPolicies } from './gateway-policies.ts'

/** nft text with a number that grows with every change of it. */
export interface GatewayRules {
  readonly version: number
  readonly text: string
}

const WAIT_MS = 10_000

/**
 * What the gateway is to hold of NetworkPolicies, and whether it does.
 * - Beside the Services' rules and with them in one step, kept for the gateway's next start.
 * - A pod whose egress is isolated waits with its containers until the gateway has its rules.
 */
export class GatewayShare {
  readonly #clock: Clock
  readonly #infrastructureCidr: string
  readonly #changes = new Emitter<void>()
  readonly #taken = new Emitter<void>()
  #rules: GatewayRules
  #takenVersion = 0
  #unable = false

  /** Fires when the gateway is to take other rules. */
  readonly onChange = this.#changes.event

  constructor(deps: { readonly clock: Clock; readonly infrastructureCidr: string }) {
    this.#clock = deps.clock
    this.#infrastructureCidr = deps.infrastructureCidr
    this.#rules = { version: 1, text: planGatewayPolicies([], deps.infrastructureCidr) }
  }

  get rules(): GatewayRules {
    return this.#rules
  }

  want(pods: readonly EgressPod[]): void {
    const text = planGatewayPolicies(pods, this.#infrastructureCidr)
    if (text === this.#rules.text) return
    this.#rules = { version: this.#rules.version + 1, text }
    this.#changes.emit()
  }

  /** The gateway has the rules of this version. */
  taken(version: number): void {
    this.#takenVersion = Math.max(this.#takenVersion, version)
    this.#taken.emit()
  }

  /** This gateway takes no such rules: nothing waits for it. */
  unable(): void {
    this.#unable = true
    this.#taken.emit()
  }

  /** Resolves when the gateway has what is wanted now; rejects when it takes too long. */
  async settled(): Promise<void> {
    const { version } = this.#rules
    const settled = () => this.#unable || this.#takenVersion >= version
    if (settled()) return
    const done = new AbortController()
    const taken = new Promise<void>((resolve) => {
      const subscription = this.#taken.event(() => settled() && resolve())
      done.signal.addEventListener('abort', () => subscription.dispose())
    })
    const late = delay(this.#clock, WAIT_MS, done.signal).then(() => {
      throw new Error("the gateway has not taken the NetworkPolicies for the pod's egress")
    })
    try {
      await Promise.race([taken, late])
    } finally {
      late.catch(() => undefined)
      done.abort(new Error('settled'))
    }
  }
}
