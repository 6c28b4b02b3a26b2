import { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { PodStreams } from '../pod-streams.ts'

/** The protocols of port-forward over a WebSocket: SPDY carried in it (kubectl since 1.31), and plain channels. */
export const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io'
export const CHANNEL_PROTOCOLS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io']

/** A WebSocket as a byte stream: what a tunnelled SPDY connection runs on. */
export function webSocketBytes(socket: WebSocket): Duplex {
  const bytes = new Duplex({
    allowHalfOpen: false,
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, callback) => socket.send(chunk, { binary: true }, (error) => callback(error)),
    final: (callback) => {
      socket.close(1000)
      callback()
    },
    destroy: (error, callback) => {
      socket.terminate()
      callback(error)
    },
  })
  socket.on('message', (data: RawData) => {
    if (!bytes.push(data as Buffer)) socket.pause()
  })
  socket.on('close', () => {
    bytes.push(null)
    bytes.destroy()
  })
  socket.on('error', () => bytes.destroy())
  return bytes
}

/**
 * Serves `ports` on plain channels: 2i carries the data of the i-th port, 2i+1 its errors; the first message on each
 * tells the port as two little-endian bytes.
 */
export function servePortForwardChannels(
  socket: WebSocket,
  ports: readonly number[],
  pod: { namespace: string; name: string },
  pods: PodStreams,
): void {
  const base64 = socket.protocol.includes('base64')
  const send = (channel: number, payload: Buffer) => {
    if (socket.readyState !== socket.OPEN) return
    if (base64) socket.send(`${String.fromCharCode(48 + channel)}${payload.toString('base64')}`)
    else socket.send(Buffer.concat([Buffer.from([channel]), payload]))
  }
  const connections = ports.map(async (port, index) => {
    const announcement = Buffer.alloc(2)
    announcement.writeUInt16LE(port)
    send(index * 2, announcement)
    send(index * 2 + 1, announcement)
    try {
      const connection = await pods.portForward(pod, port)
      connection.on('data', (chunk: Buffer) => send(index * 2, chunk))
      connection.on('error', (error) => send(index * 2 + 1, Buffer.from(error.message)))
      return connection
    } catch (error) {
      send(index * 2 + 1, Buffer.from(error instanceof Error ? error.message : String(error)))
      return undefined
    }
  })
  socket.on('message', (data: RawData) => {
    const message = data as Buffer
    const channel = base64 ? (message[0] ?? 0) - 48 : (message[0] ?? 0)
    const payload = base64 ? Buffer.from(message.toString('latin1', 1), 'base64') : message.subarray(1)
    if (channel % 2 === 0) void connections[channel / 2]?.then((connection) => connection?.write(payload))
  })
  const end = () => {
    for (const connection of connections) void connection.then((duplex) => duplex?.destroy())
  }
  socket.on('close', end)
  socket.on('error', end)
}
