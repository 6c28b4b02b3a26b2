import { createSocket } from 'node:dgram'
import type { DialDatagrams } from '../cluster-network.ts'

/** UDP over this machine's own network stack: Linux reaches the bridge's addresses itself. */
export const dialDatagramsDirect: DialDatagrams = (address, port, { received, failed }) => {
  const socket = createSocket('udp4')
  const waiting: Buffer[] = []
  let connected = false
  let closed = false
  const close = () => {
    if (!closed) socket.close()
    closed = true
  }
  socket.on('message', received)
  socket.on('error', () => {
    close()
    failed()
  })
  socket.connect(port, address, () => {
    connected = true
    for (const data of waiting.splice(0)) socket.send(data)
  })
  return {
    send(data) {
      if (closed) return
      if (connected) socket.send(data)
      else waiting.push(data)
    },
    dispose: close,
  }
}
