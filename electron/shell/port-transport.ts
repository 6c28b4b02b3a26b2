import type { MessagePortMain } from 'electron'
import type { Transport } from '../../shared/ipc/protocol.ts'

/**
 * The engine's end of a window's MessagePort. What the page says before somebody listens waits in the port: the engine
 * may still have to be connected to. One that closed meanwhile is told as soon as it is asked.
 */
export function portTransport<Out, In>(port: MessagePortMain): Transport<Out, In> {
  let closed = false
  port.once('close', () => {
    closed = true
  })
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', (event) => listener(event.data as In))
      port.start()
    },
    onClose(listener) {
      if (closed) listener()
      else port.on('close', listener)
    },
    close: () => port.close(),
  }
}
