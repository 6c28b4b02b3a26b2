import type { contract, EngineContract } from './contract.ts'
import type { InputOf, KeysOf, OutputOf, SendOf } from './procedure.ts'
import { type ClientMessage, type ClientTransport, IpcError, type IpcFailure, type ServerMessage } from './protocol.ts'

interface Conversation {
  onMessage(message: ServerMessage): void
}

/** The client's end of a stream: batches come one at a time, each pulled after the last was taken. */
export interface StreamHandle {
  cancel(): void
}

export interface StreamListener<T> {
  onItems(items: readonly T[]): void
  /** Once, last: `failure` is undefined after an orderly end. Not called after `cancel`. */
  onEnd?(failure: IpcFailure | undefined): void
}

export interface DuplexHandle<S> {
  send(item: S): void
  /** Tells that `size` characters of output were taken. */
  ack(size: number): void
  cancel(): void
}

const CLOSED: IpcFailure = { reason: 'Disconnected', message: 'The connection to the engine was lost.', code: 503 }

type Input<K extends keyof EngineContract> =
  undefined extends InputOf<EngineContract[K]> ? [] : [input: InputOf<EngineContract[K]>]

/** Speaks the contract over any transport. Calls reject with IpcError. */
export class RpcClient {
  readonly #transport: ClientTransport
  readonly #conversations = new Map<number, Conversation>()
  #lastId = 0
  #closed = false

  constructor(transport: ClientTransport) {
    this.#transport = transport
    transport.onMessage((message) => this.#conversations.get(message.id)?.onMessage(message))
    transport.onClose(() => this.#fail())
  }

  call<K extends KeysOf<EngineContract, 'call'>>(
    procedure: K,
    ...[input]: Input<K>
  ): Promise<OutputOf<EngineContract[K]>> {
    return new Promise((resolve, reject) => {
      const id = this.#open(procedure, input, (message) => {
        this.#conversations.delete(id)
        if (message.type === 'result') resolve(message.value as OutputOf<EngineContract[K]>)
        else if (message.type === 'error') reject(new IpcError(message.error))
      })
    })
  }

  stream<K extends KeysOf<EngineContract, 'stream'>>(
    procedure: K,
    input: InputOf<EngineContract[K]>,
    listener: StreamListener<OutputOf<EngineContract[K]>>,
  ): StreamHandle {
    const id = this.#open(procedure, input, (message) => {
      if (message.type === 'batch') {
        listener.onItems(message.items as OutputOf<EngineContract[K]>[])
        if (this.#conversations.has(id)) this.#send({ id, type: 'pull' })
      } else this.#end(id, message, listener.onEnd)
    })
    return { cancel: () => this.#cancel(id) }
  }

  duplex<K extends KeysOf<EngineContract, 'duplex'>>(
    procedure: K,
    input: InputOf<EngineContract[K]>,
    listener: { onItem(item: OutputOf<EngineContract[K]>): void; onEnd?(failure: IpcFailure | undefined): void },
  ): DuplexHandle<SendOf<EngineContract[K]>> {
    const id = this.#open(procedure, input, (message) => {
      if (message.type === 'item') listener.onItem(message.item as OutputOf<EngineContract[K]>)
      else this.#end(id, message, listener.onEnd)
    })
    return {
      send: (item) => this.#send({ id, type: 'send', item }),
      ack: (size) => this.#send({ id, type: 'ack', size }),
      cancel: () => this.#cancel(id),
    }
  }

  close(): void {
    this.#transport.close()
  }

  #open(procedure: keyof typeof contract, input: unknown, onMessage: (message: ServerMessage) => void): number {
    this.#lastId += 1
    const id = this.#lastId
    this.#conversations.set(id, { onMessage })
    if (this.#closed) Promise.resolve().then(() => onMessage({ id, type: 'error', error: CLOSED }))
    else this.#send({ id, type: 'open', procedure, input })
    return id
  }

  #end(id: number, message: ServerMessage, onEnd: ((failure: IpcFailure | undefined) => void) | undefined): void {
    this.#conversations.delete(id)
    if (message.type === 'end') onEnd?.(undefined)
    else if (message.type === 'error') onEnd?.(message.error)
  }

  #cancel(id: number): void {
    if (this.#conversations.delete(id)) this.#send({ id, type: 'cancel' })
  }

  #send(message: ClientMessage): void {
    if (!this.#closed) this.#transport.send(message)
  }

  #fail(): void {
    if (this.#closed) return
    this.#closed = true
    for (const [id, conversation] of [...this.#conversations]) {
      conversation.onMessage({ id, type: 'error', error: CLOSED })
    }
    this.#conversations.clear()
  }
}
