/**
 * The messages between a client (window, browser, command line) and the engine, the same over every transport.
 * - One conversation per id, opened by the client, ended once by `result`, `end` or `error`.
 * - Streams are pulled: one batch per `pull`, so a slow reader slows the sender, never grows a queue without bound.
 * - Duplex output is acknowledged in characters; the sender pauses above DUPLEX_WINDOW.
 */
export type ClientMessage =
  | { readonly id: number; readonly type: 'open'; readonly procedure: string; readonly input: unknown }
  | { readonly id: number; readonly type: 'pull' }
  | { readonly id: number; readonly type: 'send'; readonly item: unknown }
  | { readonly id: number; readonly type: 'ack'; readonly size: number }
  | { readonly id: number; readonly type: 'cancel' }

export type ServerMessage =
  | { readonly id: number; readonly type: 'result'; readonly value: unknown }
  | { readonly id: number; readonly type: 'batch'; readonly items: readonly unknown[] }
  | { readonly id: number; readonly type: 'item'; readonly item: unknown }
  | { readonly id: number; readonly type: 'end' }
  | { readonly id: number; readonly type: 'error'; readonly error: IpcFailure }

/** An expected failure as it crosses the boundary: `reason` is a Kubernetes StatusReason or one of the engine's. */
export interface IpcFailure {
  readonly reason: string
  readonly message: string
  readonly code: number
}

export class IpcError extends Error {
  readonly reason: string
  readonly code: number

  constructor(failure: IpcFailure) {
    super(failure.message)
    this.name = 'IpcError'
    this.reason = failure.reason
    this.code = failure.code
  }
}

/** Changes when old and new ends can't talk; the handshake refuses a different one. */
export const PROTOCOL_VERSION = 1

/** How many characters of duplex output may be on their way before the sender waits. */
export const DUPLEX_WINDOW = 256 * 1024

/** A two-way message channel. Messages are structured-clonable and JSON-safe. */
export interface Transport<Out, In> {
  send(message: Out): void
  onMessage(listener: (message: In) => void): void
  onClose(listener: () => void): void
  close(): void
}

export type ClientTransport = Transport<ClientMessage, ServerMessage>
export type ServerTransport = Transport<ServerMessage, ClientMessage>
