import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import type { ServerAddress } from './server.ts'

export interface LoadResult {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the load process itself: it shares the machine. */
  readonly clientCpuMs: number
}

export interface Call {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly type?: string
}

/** Plain node:https on keep-alive connections, as many as callers work at once. */
export class LoadClient {
  readonly #agent: Agent
  readonly #port: number

  constructor(server: ServerAddress, connections: number) {
    this.#port = server.port
    const { ca, cert, key } = server
    this.#agent = new Agent({ ca, cert, key, keepAlive: true, maxSockets: connections, servername: 'localhost' })
  }

  /** Answers the body's length; throws for an answer that is no success. */
  async call(call: Call): Promise<number> {
    const response = await this.open(call)
    const failed = (response.statusCode ?? 0) >= 300
    let length = 0
    let text = ''
    for await (const chunk of response) {
      length += (chunk as Buffer).length
      if (failed) text += String(chunk)
    }
    if (failed) throw new Error(`${call.method} ${call.path}: ${response.statusCode} ${text}`)
    return length
  }

  open({ method, path, body, type = 'application/json' }: Call, agent = this.#agent): Promise<IncomingMessage> {
    const headers = body === undefined ? {} : { 'content-type': type, 'content-length': `${Buffer.byteLength(body)}` }
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, method, path, agent, headers }
      request(options, resolve).on('error', reject).end(body)
    })
  }

  /** Opens a connection of its own that stays: a watch. */
  stream(path: string): Promise<IncomingMessage> {
    const agent = new Agent({ ...this.#agent.options, maxSockets: 1 })
    return this.open({ method: 'GET', path }, agent)
  }

  close(): void {
    this.#agent.destroy()
  }
}
