import type { Duplex } from 'node:stream'
import type { Clock } from '../../../shared/lang/clock.ts'
import { delay } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import { Emitter } from '../../../shared/lang/emitter.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { AddressPlan } from './address-plan.ts'
import type { ExecResult, NetworkEngine } from './network-engine.ts'

export interface GatewayDeps {
  readonly engine: NetworkEngine
  readonly clock: Clock
  readonly logger: Logger
  readonly plan: AddressPlan
  /** Also the name of its volume. */
  readonly name: string
  readonly network: string
  readonly image: string
  readonly clusterUid: string
  readonly labels: Readonly<Record<string, string>>
}

/** Where the gateway tells which cluster it serves: the proof that a direct connection reaches the right network. */
export const PROBE_PORT = 1

const RETRY_MS = 500

/**
 * The gateway container.
 * - Kept running: started again, or made anew, whenever it stops, is killed or removed by hand.
 * - Survives Slipway: the ruleset lies in its volume, and the engine restarts it.
 */
export class Gateway implements Disposable {
  readonly #deps: GatewayDeps
  readonly #started = new Emitter<void>()
  readonly #stop = new AbortController()
  #id = ''

  /** Fires after each start but the first: what lives in the container's kernel or processes must be set up again. */
  readonly onRestart = this.#started.event

  constructor(deps: GatewayDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    await this.#ensure()
    void this.#keepRunning()
  }

  exec(command: readonly string[], stdin?: string): Promise<ExecResult> {
    return this.#deps.engine.exec(this.#id, command, stdin)
  }

  execStream(command: readonly string[]): Promise<Duplex> {
    return this.#deps.engine.execStream(this.#id, command)
  }

  upload(directory: string, files: Parameters<NetworkEngine['uploadFiles']>[2]): Promise<void> {
    return this.#deps.engine.uploadFiles(this.#id, directory, files)
  }

  /** Stops looking after it; the container runs on. */
  dispose(): void {
    this.#stop.abort(new Error('the gateway is no longer looked after'))
    this.#started.dispose()
  }

  async #ensure(): Promise<void> {
    const { engine, name, image } = this.#deps
    const found = await engine.inspectContainer(name)
    if (found?.image === image) {
      this.#id = found.id
      if (found.running) return
      try {
        await engine.startContainer(found.id)
        return
      } catch (error) {
        this.#deps.logger.warn({ err: error, container: name }, 'the gateway cannot be started and is made anew')
      }
    }
    if (found) await engine.removeContainer(found.id)
    this.#id = await engine.createContainer(this.#spec())
    await engine.startContainer(this.#id)
  }

  #spec() {
    const { name, image, network, plan, labels, clusterUid } = this.#deps
    return {
      name,
      image,
      network,
      ip: plan.gatewayIP,
      mac: plan.gatewayMac,
      labels,
      env: {
        SERVICE_CIDR: plan.serviceCidr,
        NODE_CIDR: plan.nodeCidr,
        PROBE_PORT: String(PROBE_PORT),
        CLUSTER_UID: clusterUid,
      },
      // The last four are for sshd and HAProxy, which give their own privileges up and are told to stop.
      capabilities: ['NET_ADMIN', 'NET_BIND_SERVICE', 'SETUID', 'SETGID', 'SYS_CHROOT', 'KILL'],
      sysctls: { 'net.ipv4.ip_forward': '1' },
      volume: { name, path: '/state' },
      restart: true,
    }
  }

  async #keepRunning(): Promise<void> {
    const { engine, clock, logger, name } = this.#deps
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await engine.waitStopped(this.#id, signal)
        logger.warn({ container: name }, 'the gateway stopped; starting it again')
        await this.#ensure()
        this.#started.emit()
      } catch (error) {
        if (signal.aborted) return
        logger.warn({ err: error, container: name }, 'the gateway cannot be looked after')
        await delay(clock, RETRY_MS, signal).catch(() => undefined)
        await this.#recover()
      }
    }
  }

  /** After the engine was away: it may have restarted everything, so the kernel's state counts as lost. */
  async #recover(): Promise<void> {
    if (this.#stop.signal.aborted) return
    try {
      await this.#ensure()
      this.#started.emit()
    } catch (error) {
      this.#deps.logger.debug({ err: error, container: this.#deps.name }, 'the engine is still away')
    }
  }
}
