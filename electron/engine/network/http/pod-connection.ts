import type { Duplex } from 'node:stream'
import { ResponseReader, type ResponseSink } from './response-reader.ts'

export interface ExchangeSink extends ResponseSink {
  /** All that has come so far was told, and it is not the end. */
  waiting(): void
  /** The last call, in place of `end`: the connection is lost or said what is no response. */
  failed(failure: ExchangeFailure): void
}

export interface ExchangeFailure {
  readonly error: Error
  /** No byte of an answer has come: a request that may be sent twice may be sent anew. */
  readonly isUnanswered: boolean
  /** The pod did answer, but not in HTTP. */
  readonly isMalformed: boolean
}

/** A connection to a pod that carries one request after another. */
export class PodConnection {
  readonly stream: Duplex
  #reader: ResponseReader | undefined
  #sink: ExchangeSink | undefined
  #exchanges = 0
  #isReusable = true
  #error: Error | undefined

  constructor(stream: Duplex) {
    this.stream = stream
    stream.on('data', this.#read)
    stream.on('end', this.#ended)
    stream.on('error', this.#failed)
    stream.on('close', this.#closed)
  }

  /** It has carried a request before: the pod may be closing it in this moment. */
  get wasKept(): boolean {
    return this.#exchanges > 0
  }

  /** Carries no request now, and may carry another. */
  get isIdle(): boolean {
    return this.#sink === undefined && this.#isReusable && this.stream.writable && !this.stream.destroyed
  }

  /** The next bytes of the pod are the answer to a request of this method. */
  expect(method: string, sink: ExchangeSink): void {
    this.#sink = sink
    this.#reader = new ResponseReader(method, {
      informed: (status) => this.#sink?.informed(status),
      head: (head) => this.#sink?.head(head),
      data: (chunk) => this.#sink?.data(chunk),
      end: (trailers) => this.#finish(trailers),
    })
  }

  /** Leaves the stream to another protocol; what is read of it already still goes to the sink. */
  detach(): Duplex {
    this.#isReusable = false
    this.stream.off('data', this.#read)
    this.stream.off('end', this.#ended)
    this.stream.off('error', this.#failed)
    this.stream.off('close', this.#closed)
    return this.stream
  }

  /** The exchange hears no more of it. */
  destroy(): void {
    this.#sink = undefined
    this.#isReusable = false
    this.stream.destroy()
  }

  readonly #read = (chunk: Buffer) => {
    // Nobody asked: whatever it is, it must not be taken for the answer to the next request.
    if (this.#reader === undefined) {
      this.destroy()
      return
    }
    try {
      this.#reader.read(chunk)
      this.#sink?.waiting()
    } catch (error) {
      this.#fail(error as Error, true)
    }
  }

  readonly #ended = () => {
    this.#isReusable = false
    try {
      this.#reader?.ended()
    } catch (error) {
      this.#fail(error as Error)
    }
    this.stream.destroy()
  }

  readonly #failed = (error: Error) => {
    this.#error = error
    this.#isReusable = false
  }

  readonly #closed = () => {
    this.#isReusable = false
    this.#fail(this.#error ?? new Error('socket hang up'))
  }

  #finish(trailers: readonly string[]): void {
    const [sink, reader] = [this.#sink, this.#reader]
    this.#exchanges++
    this.#isReusable &&= reader?.isReusable ?? false
    this.#reader = undefined
    this.#sink = undefined
    sink?.end(trailers)
  }

  #fail(error: Error, isMalformed = false): void {
    const sink = this.#sink
    this.#sink = undefined
    this.#isReusable = false
    sink?.failed({ error, isUnanswered: !this.#reader?.hasStarted, isMalformed })
    this.stream.destroy()
  }
}
