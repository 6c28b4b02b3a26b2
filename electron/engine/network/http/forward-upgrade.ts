import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeStreams } from '../listeners/pipe-streams.ts'
import type { Refusal, Target } from './forward-request.ts'
import { type AddedHeaders, endToEnd, messageHead, requestHead, without } from './headers.ts'
import type { ExchangeFailure, ExchangeSink } from './pod-connection.ts'
import type { ReachedPod } from './reach-pod.ts'
import type { ResponseHead } from './response-reader.ts'

export interface UpgradingClient {
  readonly socket: Duplex
  /** What it sent after the head of its request. */
  readonly head: Buffer
}

/**
 * Hands a connection that asked for another protocol (WebSockets) over to the pod, once the pod has agreed. Where it
 * does not, its answer is the end: nothing that follows reaches it unseen.
 */
export async function forwardUpgrade(
  incoming: IncomingMessage,
  client: UpgradingClient,
  target: Target,
  added: AddedHeaders = [],
): Promise<void> {
  const { socket } = client
  if ('status' in target) return refuseUpgrade(socket, target)
  let pod: ReachedPod
  try {
    pod = await target.reach('new')
  } catch (error) {
    return refuseUpgrade(socket, target.unreachable(error as Error))
  }
  const { connection } = pod
  if (socket.destroyed) return connection.destroy()
  socket.once('close', () => connection.destroy())
  connection.expect(incoming.method ?? 'GET', new Upgrade(client, pod))
  connection.stream.write(requestHead(incoming, added, 'as it came'), 'latin1')
}

class Upgrade implements ExchangeSink {
  readonly #client: UpgradingClient
  readonly #pod: ReachedPod
  #hasHead = false

  constructor(client: UpgradingClient, pod: ReachedPod) {
    this.#client = client
    this.#pod = pod
  }

  informed(): void {}

  waiting(): void {}

  head({ status, message, rawHeaders }: ResponseHead): void {
    const { socket, head } = this.#client
    const firstLine = `HTTP/1.1 ${status} ${message}`
    this.#hasHead = true
    if (status !== 101) {
      const headers = [...without(endToEnd(rawHeaders), new Set(['transfer-encoding'])), 'Connection', 'close']
      socket.write(messageHead(firstLine, headers), 'latin1')
      return
    }
    socket.write(messageHead(firstLine, rawHeaders), 'latin1')
    const stream = this.#pod.connection.detach()
    if (head.length > 0) stream.write(head)
    pipeStreams(socket, stream)
  }

  data(chunk: Buffer): void {
    this.#client.socket.write(chunk)
  }

  end(): void {
    this.#client.socket.end()
    this.#pod.connection.destroy()
  }

  failed({ error }: ExchangeFailure): void {
    if (this.#hasHead) this.#client.socket.destroy()
    else refuseUpgrade(this.#client.socket, { status: 502, message: `The pod ended the connection: ${error.message}` })
  }
}

function refuseUpgrade(socket: Duplex, { status, message }: Refusal): void {
  const body = `${message}\n`
  const headers = ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', `${Buffer.byteLength(body)}`]
  socket.end(`${messageHead(`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, [...headers, 'Connection', 'close'])}${body}`)
}
