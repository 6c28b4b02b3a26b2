import type { ClientMessage, ServerTransport } from '../../shared/ipc/protocol.ts'
import type { Conversation } from './conversation.ts'

const MAX_BATCH = 2_000
const STREAM_HIGH_WATER = 4_000
/** A source that does not wait, a watch, may run this far ahead of its client; then the stream ends as Expired. */
const STREAM_LIMIT = 50_000

/** Where a stream procedure puts its items; they wait here until the client pulls. */
export interface StreamSink<T> {
  readonly signal: AbortSignal
  /** Queues an item. Resolves at once while the client keeps up, else when the queue has room again. */
  push(item: T): Promise<void> | undefined
}

export class PulledStream<T> implements StreamSink<T>, Conversation {
  readonly abort: AbortController
  readonly #id: number
  readonly #transport: ServerTransport
  #queue: T[] = []
  #wanted = true
  #scheduled = false
  #drained: (() => void)[] = []

  constructor(id: number, transport: ServerTransport, abort: AbortController) {
    this.#id = id
    this.#transport = transport
    this.abort = abort
    abort.signal.addEventListener('abort', () => this.#release())
  }

  get signal(): AbortSignal {
    return this.abort.signal
  }

  push(item: T): Promise<void> | undefined {
    if (this.signal.aborted) return undefined
    this.#queue.push(item)
    if (this.#queue.length > STREAM_LIMIT) {
      this.#expire()
      return undefined
    }
    this.#schedule()
    if (this.#queue.length < STREAM_HIGH_WATER) return undefined
    return new Promise((resolve) => this.#drained.push(resolve))
  }

  onMessage(message: ClientMessage): void {
    if (message.type !== 'pull') return
    this.#wanted = true
    this.#schedule()
  }

  async finish(): Promise<void> {
    while (this.#queue.length > 0 && !this.signal.aborted) {
      await new Promise<void>((resolve) => this.#drained.push(resolve))
    }
    if (!this.signal.aborted) this.#transport.send({ id: this.#id, type: 'end' })
  }

  #expire(): void {
    this.#queue = []
    const error = {
      reason: 'Expired',
      message: 'the stream ran too far ahead of its reader: start it again',
      code: 410,
    }
    this.#transport.send({ id: this.#id, type: 'error', error })
    this.abort.abort(new Error(error.message))
  }

  /** Sends on the next turn, so that what is pushed together travels together. */
  #schedule(): void {
    if (this.#scheduled || !this.#wanted || this.#queue.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.signal.aborted) return
      this.#wanted = false
      this.#transport.send({ id: this.#id, type: 'batch', items: this.#queue.splice(0, MAX_BATCH) })
      this.#release()
    })
  }

  #release(): void {
    for (const resolve of this.#drained.splice(0)) resolve()
  }
}
