import type { ClientMessage } from '../../shared/ipc/protocol.ts'

/** One open id of a client. */
export interface Conversation {
  readonly abort: AbortController
  onMessage(message: ClientMessage): void
}
