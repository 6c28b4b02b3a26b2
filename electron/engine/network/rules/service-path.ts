import type { Clock } from '../../../../shared/lang/clock.ts'
import { delay } from '../../../../shared/lang/clock.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import type { AddressPlan } from '../address-plan.ts'
import type { DialCluster } from '../cluster-network.ts'
import { reachesCluster } from '../dial/identify.ts'
import { type Gateway, PROBE_PORT } from '../gateway.ts'
import { HaproxyBackend } from './haproxy-backend.ts'
import { type GatewayBackend, NftBackend, type NftOptions } from './nft-backend.ts'
import type { ServiceEntry } from './service-table.ts'

export interface ServicePathDeps {
  readonly gateway: Gateway
  readonly plan: AddressPlan
  readonly dial: DialCluster
  readonly clusterUid: string
  readonly clock: Clock
  readonly logger: Logger
  readonly nft: NftOptions
  /** Use HAProxy whatever the kernel can do. */
  readonly forceHaproxy: boolean
}

export type ServiceMode = 'nftables' | 'haproxy'

const ATTEMPTS = 3
const TRY_TIMEOUT_MS = 1500
const TRY_PERIOD_MS = 100

/**
 * Serves the table by rules in the kernel, once a connection through a Service address has shown that they work;
 * by HAProxy where they don't.
 */
export class ServicePath {
  readonly #deps: ServicePathDeps
  #backend: GatewayBackend | undefined
  #mode: ServiceMode | undefined

  constructor(deps: ServicePathDeps) {
    this.#deps = deps
  }

  /** Undefined until the first table was applied. */
  get mode(): ServiceMode | undefined {
    return this.#mode
  }

  reset(): void {
    this.#backend?.reset()
  }

  async apply(table: readonly ServiceEntry[]): Promise<void> {
    if (this.#backend) {
      await this.#backend.apply(this.#mode === 'nftables' ? [...table, this.#probeEntry()] : table)
      return
    }
    const { gateway, plan, logger, nft, forceHaproxy } = this.#deps
    if (!forceHaproxy) {
      const kernel = new NftBackend(gateway, plan, nft)
      const failure = await this.#tryOut(kernel, table)
      if (failure === undefined) {
        this.#backend = kernel
        this.#mode = 'nftables'
        return
      }
      logger.warn({ err: failure }, 'this kernel does not serve Services by nftables; HAProxy does it instead')
    }
    const proxy = new HaproxyBackend(gateway, plan, nft)
    await proxy.apply(table)
    nft.policies?.unable()
    this.#backend = proxy
    this.#mode = 'haproxy'
  }

  /** Undefined when the kernel took the rules and a connection went the way they say. Throws when the gateway is away. */
  async #tryOut(kernel: NftBackend, table: readonly ServiceEntry[]): Promise<Error | undefined> {
    const entry = this.#probeEntry()
    try {
      await kernel.apply([...table, entry])
    } catch (error) {
      const check = await this.#deps.gateway.exec(['true'])
      if (check.exitCode !== 0) throw error
      return error as Error
    }
    const { dial, clusterUid, clock } = this.#deps
    const target = { address: entry.clusterIP, port: entry.port, clusterUid }
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await reachesCluster(dial, target, AbortSignal.timeout(TRY_TIMEOUT_MS))) return undefined
      await delay(clock, TRY_PERIOD_MS)
    }
    return new Error(`no answer through the Service address ${entry.clusterIP}`)
  }

  /** A Service of the gateway itself, on the last Service address: two addresses of its own, so that it must choose. */
  #probeEntry(): ServiceEntry {
    const { gatewayIP, probeIP, probeServiceIP } = this.#deps.plan
    return {
      id: 'slipway/probe/tcp/1',
      namespace: 'slipway',
      service: 'probe',
      portName: '',
      protocol: 'tcp',
      clusterIP: probeServiceIP,
      port: PROBE_PORT,
      nodePort: undefined,
      affinitySeconds: undefined,
      localBackends: undefined,
      zoneBackends: undefined,
      isLocalOnly: false,
      externalBackends: undefined,
      backends: [gatewayIP, probeIP].map((ip) => ({ ip, port: PROBE_PORT })),
    }
  }
}
