import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { NodeConfig } from '../kubelet-deps.ts'
import { type HeartbeatDeps, LEASE_RENEW_MS, NodeHeartbeat } from './node-heartbeat.ts'
import { NodeImages } from './node-images.ts'
import type { NodeHealth } from './node-object.ts'

export interface NodeHeartbeatsDeps extends HeartbeatDeps {
  /** A node that failed on purpose does not beat. */
  isSilent(name: string): boolean
}

/** Beats for all nodes from one timer. */
export class NodeHeartbeats implements Disposable {
  readonly #deps: NodeHeartbeatsDeps
  readonly #beats = new Map<string, NodeHeartbeat>()
  readonly #images: NodeImages
  #health: NodeHealth = {}
  #timer: Disposable | undefined
  #disposed = false

  constructor(deps: NodeHeartbeatsDeps) {
    this.#deps = deps
    this.#images = new NodeImages(deps)
  }

  setNodes(nodes: readonly NodeConfig[]): void {
    const names = new Set(nodes.map(({ name }) => name))
    for (const name of this.#beats.keys()) if (!names.has(name)) this.#beats.delete(name)
    for (const config of nodes) {
      const known = this.#beats.get(config.name)
      if (known) known.reconfigure(config)
      else this.#beats.set(config.name, new NodeHeartbeat(this.#deps, config))
    }
  }

  /** Beats now, and from now on at every interval; resolves after the first round. */
  async start(): Promise<void> {
    await this.#round()
  }

  /** Tells of a change at once instead of at the next beat. */
  setHealth(health: NodeHealth): void {
    if (health.notReady === this.#health.notReady) return
    this.#health = health
    void this.#round()
  }

  dispose(): void {
    this.#disposed = true
    this.#timer?.dispose()
  }

  async #round(): Promise<void> {
    this.#timer?.dispose()
    if (this.#disposed) return
    this.#timer = this.#deps.clock.after(this.#deps.heartbeatMs ?? LEASE_RENEW_MS, () => void this.#round())
    for (const [name, beat] of this.#beats) {
      if (this.#disposed) return
      if (!this.#deps.isSilent(name)) await beat.beat({ ...this.#health, images: await this.#images.current() })
    }
  }
}
