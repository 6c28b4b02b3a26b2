import type { MessagePortMain } from 'electron'
import type { Transport } from '../../shared/ipc/protocol.ts'

/** The engine's end of a window's MessagePort. */
export function portTransport<Out, In>(port: MessagePortMain): Transport<Out, In> {
  port.start()
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', (event) => listener(event.data as In)),
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  }
}
