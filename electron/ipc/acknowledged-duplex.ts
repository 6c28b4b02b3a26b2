import * as v from 'valibot'
import { type ClientMessage, DUPLEX_WINDOW, type ServerTransport } from '../../shared/ipc/protocol.ts'
import type { Conversation } from './conversation.ts'

/** The engine's end of a duplex conversation. */
export interface DuplexPeer<S, O> {
  readonly signal: AbortSignal
  onItem(listener: (item: S) => void): void
  /** Sends; resolves at once while the window is open, else when the client has acknowledged enough. */
  send(item: O, size: number): Promise<void> | undefined
}

export class AcknowledgedDuplex<S, O> implements DuplexPeer<S, O>, Conversation {
  readonly abort: AbortController
  readonly #id: number
  readonly #transport: ServerTransport
  readonly #schema: v.GenericSchema
  readonly #listeners: ((item: S) => void)[] = []
  #inFlight = 0
  #waiting: (() => void)[] = []

  constructor(id: number, transport: ServerTransport, abort: AbortController, schema: v.GenericSchema) {
    this.#id = id
    this.#transport = transport
    this.abort = abort
    this.#schema = schema
    abort.signal.addEventListener('abort', () => this.#release())
  }

  get signal(): AbortSignal {
    return this.abort.signal
  }

  onItem(listener: (item: S) => void): void {
    this.#listeners.push(listener)
  }

  send(item: O, size: number): Promise<void> | undefined {
    if (this.signal.aborted) return undefined
    this.#inFlight += size
    this.#transport.send({ id: this.#id, type: 'item', item })
    if (this.#inFlight < DUPLEX_WINDOW) return undefined
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  onMessage(message: ClientMessage): void {
    if (message.type === 'ack') {
      this.#inFlight = Math.max(0, this.#inFlight - message.size)
      if (this.#inFlight < DUPLEX_WINDOW) this.#release()
    } else if (message.type === 'send') {
      const item = v.safeParse(this.#schema, message.item)
      if (item.success) for (const listener of this.#listeners) listener(item.output as S)
    }
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
