import type { Logger } from '../../../shared/lang/logger.ts'
import type { AddressPlan } from './address-plan.ts'
import type { Gateway } from './gateway.ts'
import type { NetworkEngine } from './network-engine.ts'

export interface NodeAnchorsDeps {
  readonly engine: NetworkEngine
  readonly logger: Logger
  readonly gateway: Gateway
  readonly plan: AddressPlan
  readonly network: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly nodeIP: (node: string) => string
}

const NODE_LABEL = 'io.slipway.node'

/**
 * Containers that hold the addresses of nodes, for pods that use their node's network. A node without such pods has
 * none: the gateway answers its NodePorts.
 */
export class NodeAnchors {
  readonly #deps: NodeAnchorsDeps
  readonly #starting = new Map<string, Promise<string>>()
  readonly #anchored = new Set<string>()

  constructor(deps: NodeAnchorsDeps) {
    this.#deps = deps
  }

  /** Makes the gateway leave the addresses of anchors that run already to them. */
  async adopt(): Promise<void> {
    for (const { running, labels } of await this.#list()) {
      const node = labels[NODE_LABEL]
      if (running && node !== undefined) this.#anchored.add(this.#deps.nodeIP(node))
    }
    await this.yieldAddresses()
  }

  /** The id of the node's anchor, started when it does not run. */
  ensure(node: string): Promise<string> {
    const under = this.#starting.get(node)
    if (under) return under
    const starting = this.#ensure(node).finally(() => this.#starting.delete(node))
    this.#starting.set(node, starting)
    return starting
  }

  /** To be called again after each start of the gateway. */
  async yieldAddresses(): Promise<void> {
    if (this.#anchored.size === 0) return
    const routes = [...this.#anchored].map((address) => `ip route replace ${address}/32 dev eth0 table local`)
    const { exitCode, stderr } = await this.#deps.gateway.exec(['sh', '-c', routes.join(' && ')])
    if (exitCode !== 0) this.#deps.logger.warn({ stderr }, 'the gateway keeps the addresses of node anchors')
  }

  /** Takes away the anchor of a node that left, if it had one: what runs in its network must have gone before. */
  async release(node: string): Promise<void> {
    const { engine, gateway, nodeIP, logger } = this.#deps
    const ip = nodeIP(node)
    for (const { id, labels } of await this.#list()) if (labels[NODE_LABEL] === node) await engine.removeContainer(id)
    if (!this.#anchored.delete(ip)) return
    const { exitCode, stderr } = await gateway.exec(['sh', '-c', `ip route del ${ip}/32 dev eth0 table local`])
    if (exitCode !== 0) logger.warn({ stderr }, 'the gateway leaves an address to a node anchor that is gone')
  }

  async remove(): Promise<void> {
    for (const { id } of await this.#list()) await this.#deps.engine.removeContainer(id)
  }

  async #ensure(node: string): Promise<string> {
    const { engine, image, network, plan, nodeIP } = this.#deps
    const name = `${network}-anchor-${node}`
    const ip = nodeIP(node)
    const found = await engine.inspectContainer(name)
    if (found?.running) return found.id
    if (!this.#anchored.has(ip)) {
      this.#anchored.add(ip)
      await this.yieldAddresses()
    }
    const id =
      found?.id ??
      (await engine.createContainer({
        name,
        image,
        network,
        ip,
        command: ['anchor'],
        env: { NODE_IP: ip, GATEWAY_IP: plan.gatewayIP },
        labels: { ...this.#labels(), [NODE_LABEL]: node },
        capabilities: ['NET_ADMIN', 'NET_BIND_SERVICE'],
        sysctls: { 'net.ipv4.ip_forward': '1' },
        restart: false,
      }))
    await engine.startContainer(id)
    return id
  }

  #list() {
    return this.#deps.engine.listContainers(this.#labels())
  }

  #labels(): Record<string, string> {
    return { ...this.#deps.labels, 'io.slipway.role': 'anchor' }
  }
}
