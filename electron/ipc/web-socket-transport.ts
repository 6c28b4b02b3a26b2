import type { RawData, WebSocket } from 'ws'
import type { Transport } from '../../shared/ipc/protocol.ts'

/** A message larger than this ends the connection: nothing in the contract comes near it. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024

/** Either end of the contract over a WebSocket, one JSON text per message. */
export function webSocketTransport<Out, In>(socket: WebSocket): Transport<Out, In> {
  return {
    send(message) {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
    },
    onMessage(listener) {
      socket.on('message', (data: RawData) => {
        const message = parse(data)
        if (message === undefined) socket.close(1007, 'not JSON')
        else listener(message as In)
      })
    },
    onClose(listener) {
      socket.on('close', listener)
    },
    close() {
      socket.close()
    },
  }
}

function parse(data: RawData): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    return undefined
  }
}
