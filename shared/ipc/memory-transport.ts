import type { ClientMessage, ClientTransport, ServerMessage, ServerTransport } from './protocol.ts'

class MemoryEnd<Out, In> {
  peer: MemoryEnd<In, Out> | undefined
  readonly #messages: ((message: In) => void)[] = []
  readonly #closes: (() => void)[] = []
  #open = true

  send(message: Out): void {
    const copy = JSON.parse(JSON.stringify(message)) as Out
    Promise.resolve().then(() => this.peer?.receive(copy))
  }

  receive(message: In): void {
    if (this.#open) for (const listener of this.#messages) listener(message)
  }

  onMessage(listener: (message: In) => void): void {
    this.#messages.push(listener)
  }

  onClose(listener: () => void): void {
    this.#closes.push(listener)
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    for (const listener of this.#closes) listener()
    this.peer?.close()
  }
}

/** Two connected ends in one process: what tests use in place of a MessagePort or WebSocket. */
export function memoryTransportPair(): { client: ClientTransport; server: ServerTransport } {
  const client = new MemoryEnd<ClientMessage, ServerMessage>()
  const server = new MemoryEnd<ServerMessage, ClientMessage>()
  client.peer = server
  server.peer = client
  return { client, server }
}
