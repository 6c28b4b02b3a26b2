import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AddedHeaders, endToEnd, requestHead } from './headers.ts'
import type { ExchangeFailure, ExchangeSink } from './pod-connection.ts'
import type { Reach, ReachedPod } from './reach-pod.ts'
import { hasBody, sendBody } from './request-body.ts'
import type { ResponseHead } from './response-reader.ts'

/** What is answered when no pod does. */
export interface Refusal {
  readonly status: number
  readonly message: string
}

/** The pods that a request may go to, or what is answered instead. */
export type Target = Refusal | { reach(how: Reach): Promise<ReachedPod>; unreachable(error: Error): Refusal }

/**
 * Sends one request on and its answer back.
 * - Over a kept connection only what may be sent twice: when the pod was just closing it, the request is sent anew.
 * - At the pace of the slower side; the end of one side is the end of the other.
 */
export function forwardRequest(
  incoming: IncomingMessage,
  answer: ServerResponse,
  target: Target,
  added: AddedHeaders = [],
): void {
  if ('status' in target) refuse(answer, target)
  else void send({ incoming, answer, target, added, how: maySendTwice(incoming) ? 'any' : 'new' })
}

interface Forwarding {
  readonly incoming: IncomingMessage
  readonly answer: ServerResponse
  readonly target: Exclude<Target, Refusal>
  readonly added: AddedHeaders
  readonly how: Reach
}

async function send(forwarding: Forwarding): Promise<void> {
  const { incoming, answer, target, how } = forwarding
  let pod: ReachedPod
  try {
    pod = await target.reach(how)
  } catch (error) {
    return refuse(answer, target.unreachable(error as Error))
  }
  // The client left while the pod was being reached: nobody would close this connection any more.
  if (answer.destroyed) return pod.connection.destroy()
  new Exchange(forwarding, pod).start(incoming)
}

class Exchange implements ExchangeSink {
  readonly #forwarding: Forwarding
  readonly #pod: ReachedPod
  #isSent = false
  #isHeadDue = false
  readonly #clientGone = () => this.#pod.connection.destroy()
  readonly #resume = () => this.#pod.connection.stream.resume()

  constructor(forwarding: Forwarding, pod: ReachedPod) {
    this.#forwarding = forwarding
    this.#pod = pod
  }

  start(incoming: IncomingMessage): void {
    const { answer, added } = this.#forwarding
    const { connection } = this.#pod
    answer.on('close', this.#clientGone)
    answer.on('drain', this.#resume)
    connection.expect(incoming.method ?? 'GET', this)
    connection.stream.write(requestHead(incoming, added, 'kept'), 'latin1')
    if (hasBody(incoming)) sendBody(incoming, connection.stream, () => this.#sent())
    else this.#isSent = true
  }

  informed(status: number): void {
    if (status === 100 && this.#forwarding.incoming.headers.expect) this.#forwarding.answer.writeContinue()
  }

  head({ status, message, rawHeaders }: ResponseHead): void {
    if (status === 101) throw new Error('it changes to a protocol that nobody asked for')
    const { answer } = this.#forwarding
    answer.writeHead(status, message, endToEnd(rawHeaders))
    this.#isHeadDue = true
  }

  /** A stream of events may have nothing to tell yet but its head. */
  waiting(): void {
    if (this.#isHeadDue) this.#forwarding.answer.flushHeaders()
    this.#isHeadDue = false
  }

  data(chunk: Buffer): void {
    if (!this.#forwarding.answer.write(chunk)) this.#pod.connection.stream.pause()
  }

  end(trailers: readonly string[]): void {
    const { answer } = this.#forwarding
    const { connection } = this.#pod
    this.#leave()
    connection.stream.resume()
    if (trailers.length > 0) answer.addTrailers(pairs(trailers))
    answer.end()
    // An answer before the end of the question: the rest of it would be taken for the next one.
    if (this.#isSent) this.#pod.release()
    else connection.destroy()
  }

  failed({ error, isUnanswered, isMalformed }: ExchangeFailure): void {
    const { answer, how } = this.#forwarding
    this.#leave()
    if (answer.destroyed) return
    if (isUnanswered && how === 'any' && this.#pod.connection.wasKept) void send({ ...this.#forwarding, how: 'new' })
    else if (answer.headersSent) answer.destroy()
    else if (isMalformed) refuse(answer, { status: 502, message: `The pod's answer is no HTTP: ${error.message}` })
    else refuse(answer, { status: 502, message: `The pod ended the connection: ${error.message}` })
  }

  #sent(): void {
    this.#isSent = true
  }

  #leave(): void {
    this.#forwarding.answer.off('close', this.#clientGone)
    this.#forwarding.answer.off('drain', this.#resume)
  }
}

export function refuse(answer: ServerResponse, { status, message }: Refusal): void {
  if (answer.destroyed) return
  answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`)
}

/** Methods that change nothing, as RFC 9110 names them. A body could be sent once only: it is not held here. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

function maySendTwice(incoming: IncomingMessage): boolean {
  return SAFE.has(incoming.method ?? '') && !hasBody(incoming)
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : []))
}
