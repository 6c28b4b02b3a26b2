import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ENGINE_ENVIRONMENT, ENGINE_FLAGS } from '../../../electron/engine/engine-flags.ts'

/** How to reach the API server of the benchmark, and as whom. */
export interface ServerAddress {
  readonly port: number
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface ServerCost {
  readonly cpuMs: number
  readonly residentMB: number
}

/** A control plane in a process of its own. SLIPWAY_BENCH_NODE_OPTIONS has flags for it: a profiler's, say. */
export class BenchServer implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly address: ServerAddress

  private constructor(child: ChildProcess, address: ServerAddress) {
    this.#child = child
    this.address = address
  }

  static async start(): Promise<BenchServer> {
    const execArgv = [...ENGINE_FLAGS, ...(process.env.SLIPWAY_BENCH_NODE_OPTIONS?.split(' ') ?? [])]
    const env = { ...ENGINE_ENVIRONMENT, ...process.env }
    const child = fork(join(import.meta.dirname, 'server-process.ts'), { execArgv, env })
    const [address] = await Promise.race([once(child, 'message'), once(child, 'exit').then(died)])
    return new BenchServer(child, address as ServerAddress)
  }

  async cost(): Promise<ServerCost> {
    const answer = once(this.#child, 'message')
    this.#child.send('cost')
    return (await answer)[0] as ServerCost
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.send('stop')
    await ended
  }
}

function died(): never {
  throw new Error('the API server of the benchmark did not start')
}
