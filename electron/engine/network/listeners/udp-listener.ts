import { createSocket, type Socket } from 'node:dgram'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { Datagrams, DialDatagrams } from '../cluster-network.ts'
import type { Backend, ServiceEntry } from '../rules/service-table.ts'
import { isSame } from './client-affinity.ts'
import { type ChoiceDeps, chooseBackend } from './connect-backend.ts'
import { type Bind, LOOPBACK } from './loopback-listener.ts'

export interface UdpDeps extends ChoiceDeps {
  readonly dialDatagrams: DialDatagrams
  readonly clock: Clock
}

/** As long as the kernel remembers a flow that had answers. */
const IDLE_MS = 120_000
/** A client that floods from ever new ports costs the oldest flows, not memory. */
const MAX_FLOWS = 1024

interface Flow {
  readonly backend: Backend
  readonly datagrams: Datagrams
  lastMs: number
}

/**
 * Passes datagrams to a port of loopback on, each client's to one backend for as long as that is in rotation, and the
 * answers back.
 */
export function acceptUdp(entryNow: () => ServiceEntry | undefined, deps: UdpDeps): Bind {
  return (port) =>
    new Promise((resolve, reject) => {
      const socket = createSocket('udp4')
      const flows = new UdpFlows(socket, entryNow, deps)
      socket.once('error', (error) => {
        socket.close()
        reject(error)
      })
      socket.on('message', (data, { address, port: from }) => flows.pass(data, address, from))
      socket.bind({ address: LOOPBACK, port }, () => {
        socket.removeAllListeners('error')
        // An answer to a client that is gone: it asks again or it doesn't.
        socket.on('error', () => undefined)
        resolve({
          port: socket.address().port,
          dispose() {
            flows.dispose()
            socket.close()
          },
        })
      })
    })
}

class UdpFlows implements Disposable {
  readonly #socket: Socket
  readonly #entryNow: () => ServiceEntry | undefined
  readonly #deps: UdpDeps
  /** By "address:port" of the client, the longest unused first. */
  readonly #flows = new Map<string, Flow>()
  #sweep: Disposable | undefined

  constructor(socket: Socket, entryNow: () => ServiceEntry | undefined, deps: UdpDeps) {
    this.#socket = socket
    this.#entryNow = entryNow
    this.#deps = deps
  }

  pass(data: Buffer, address: string, port: number): void {
    const key = `${address}:${port}`
    const entry = this.#entryNow()
    const flow = this.#current(key, entry) ?? (entry && this.#open(key, entry, { address, port }))
    if (flow === undefined) return
    this.#flows.delete(key)
    this.#flows.set(key, flow)
    flow.lastMs = this.#deps.clock.monotonicMs()
    flow.datagrams.send(data)
  }

  dispose(): void {
    this.#sweep?.dispose()
    for (const key of [...this.#flows.keys()]) this.#close(key)
  }

  #current(key: string, entry: ServiceEntry | undefined): Flow | undefined {
    const flow = this.#flows.get(key)
    if (flow === undefined || entry?.backends.some((each) => isSame(each, flow.backend))) return flow
    this.#close(key)
    return undefined
  }

  #open(key: string, entry: ServiceEntry, client: { address: string; port: number }): Flow | undefined {
    const backend = chooseBackend(entry, [], this.#deps)
    if (backend === undefined) return undefined
    const oldest = this.#flows.size >= MAX_FLOWS ? this.#flows.keys().next().value : undefined
    if (oldest !== undefined) this.#close(oldest)
    const flow: Flow = {
      backend,
      lastMs: 0,
      datagrams: this.#deps.dialDatagrams(backend.ip, backend.port, {
        received: (data) => {
          flow.lastMs = this.#deps.clock.monotonicMs()
          this.#socket.send(data, client.port, client.address)
        },
        // Nobody listens there any more: the next datagram may go elsewhere.
        failed: () => {
          if (this.#flows.get(key) === flow) this.#close(key)
        },
      }),
    }
    this.#deps.affinity.connected(entry, backend)
    this.#sweep ??= this.#sweepLater()
    return flow
  }

  #sweepLater(): Disposable {
    return this.#deps.clock.after(IDLE_MS, () => {
      const before = this.#deps.clock.monotonicMs() - IDLE_MS
      for (const [key, { lastMs }] of [...this.#flows]) if (lastMs <= before) this.#close(key)
      this.#sweep = this.#flows.size > 0 ? this.#sweepLater() : undefined
    })
  }

  #close(key: string): void {
    this.#flows.get(key)?.datagrams.dispose()
    this.#flows.delete(key)
  }
}
