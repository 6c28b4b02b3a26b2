import { isDeepStrictEqual } from 'node:util'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Lease } from '../../../../shared/api/types/coordination-v1.ts'
import type { Node } from '../../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import type { Client } from '../../client/client.ts'
import type { NodeConfig } from '../kubelet-deps.ts'
import type { PodRuntime } from '../pod-runtime.ts'
import {
  LEASE_NAMESPACE,
  type NodeHealth,
  newNode,
  nodeLabels,
  nodeLease,
  nodeStatus,
  withoutHeartbeats,
} from './node-object.ts'

export const LEASE_RENEW_MS = 10_000
const STATUS_MS = 300_000
const ATTEMPTS = 5

export interface HeartbeatDeps {
  readonly client: Client
  readonly runtime: Pick<PodRuntime, 'listImages'>
  readonly clock: Clock
  readonly heartbeatMs?: number | undefined
  readonly logger: Logger
  /** The node as the informer has it. */
  latest(name: string): Node | undefined
  record(node: Node, reason: string, message: string): void
}

/** Registers one node and keeps its status and Lease fresh. Failures are tried again at the next beat. */
export class NodeHeartbeat {
  readonly #deps: HeartbeatDeps
  #config: NodeConfig
  #lease: Lease | undefined
  #registered = false
  #reportedMs = Number.NEGATIVE_INFINITY
  #beating = false

  constructor(deps: HeartbeatDeps, config: NodeConfig) {
    this.#deps = deps
    this.#config = config
  }

  reconfigure(config: NodeConfig): void {
    if (!isDeepStrictEqual(config, this.#config)) this.#registered = false
    this.#config = config
  }

  async beat(health: NodeHealth): Promise<void> {
    if (this.#beating) return
    this.#beating = true
    try {
      const node = await this.#reportOverNewest(health)
      await this.#renewLease(node)
    } catch (error) {
      this.#registered = false
      this.#deps.logger.warn({ err: error, node: this.#config.name }, 'node did not report')
    }
    this.#beating = false
  }

  /** Others write nodes too (taints, labels): a conflict is tried again over the newest. */
  async #reportOverNewest(health: NodeHealth): Promise<Node> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#report(health)
      } catch (error) {
        if (!isApiError(error, 'Conflict') || attempt === ATTEMPTS) throw error
        this.#registered = false
      }
    }
  }

  /** The status is written when it changed, else every five minutes. */
  async #report(health: NodeHealth): Promise<Node> {
    const { clock, client, latest } = this.#deps
    const nodes = client.resource(resources.nodes)
    const known = this.#registered ? latest(this.#config.name) : undefined
    const node = known ?? (await this.#register(health))
    const status = nodeStatus(this.#config, health, node.status ?? {}, clock.now())
    const changed = !isDeepStrictEqual(withoutHeartbeats(status), withoutHeartbeats(node.status))
    if (!changed && clock.monotonicMs() - this.#reportedMs < STATUS_MS) return node
    const becameReady = !isReady(node) && !health.notReady
    const { name = '' } = node.metadata
    const written = await nodes.updateStatus({ ...node, status })
    this.#reportedMs = clock.monotonicMs()
    if (becameReady) this.#deps.record(written, 'NodeReady', `Node ${name} status is now: NodeReady`)
    if (isReady(node) && health.notReady)
      this.#deps.record(written, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
    return written
  }

  async #register(health: NodeHealth): Promise<Node> {
    const nodes = this.#deps.client.resource(resources.nodes)
    const config = this.#config
    let node: Node
    try {
      node = await nodes.get(config.name)
      const labels = { ...node.metadata.labels, ...nodeLabels(config) }
      if (!isDeepStrictEqual(labels, node.metadata.labels)) {
        node = await nodes.update({ ...node, metadata: { ...node.metadata, labels } })
      }
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
      node = await nodes.create(newNode(config, nodeStatus(config, health, {}, this.#deps.clock.now())))
      this.#deps.record(node, 'Starting', 'Starting kubelet.')
    }
    this.#registered = true
    return node
  }

  async #renewLease(node: Node): Promise<void> {
    const leases = this.#deps.client.resource(resources.leases)
    const fresh = nodeLease(node, this.#deps.clock.now())
    const { name } = this.#config
    try {
      this.#lease ??= await leases.get(name, LEASE_NAMESPACE)
      this.#lease = await leases.update({ ...this.#lease, spec: { ...this.#lease.spec, ...fresh.spec } })
    } catch (error) {
      this.#lease = undefined
      if (isApiError(error, 'Conflict')) return
      if (!isApiError(error, 'NotFound')) throw error
      this.#lease = await leases.create(fresh)
    }
  }
}

function isReady(node: Node): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}
