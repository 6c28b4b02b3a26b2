import { PassThrough, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { RemoteCommand, RemoteCommandChannels } from './remote-command.ts'
import { plainFailure } from './spdy-remote-command.ts'

/** The protocols of exec and attach over a WebSocket, best first. */
export const WEB_SOCKET_REMOTE_PROTOCOLS = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
]

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const
/** More than this unsent holds the writer up. */
const HIGH_WATER_BYTES = 1024 * 1024

/** The channels of one WebSocket: a channel number before each message, as a byte or, in base64, as a digit. */
export function webSocketChannels(socket: WebSocket, request: RemoteCommand): RemoteCommandChannels {
  const { protocol } = socket
  const codec = protocol.includes('base64') ? BASE64 : BINARY
  const structured = protocol.startsWith('v4') || protocol.startsWith('v5')
  const gone = new AbortController()
  const stdin = request.stdin ? new PassThrough() : undefined
  const resize = request.tty ? new PassThrough() : undefined
  const send = (channel: number, payload: Buffer, done: () => void) => {
    if (socket.readyState !== socket.OPEN) return done()
    socket.send(codec.encode(channel, payload), { binary: codec === BINARY }, () => undefined)
    whenRoom(socket, done)
  }
  const output = (channel: number) =>
    new Writable({ write: (chunk: Buffer, _encoding, callback) => send(channel, chunk, callback) })

  socket.on('message', (data: RawData) => {
    const { channel, payload } = codec.decode(Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer))
    if (channel === CHANNEL.stdin && stdin !== undefined && !stdin.writableEnded) {
      if (!stdin.write(payload)) {
        socket.pause()
        stdin.once('drain', () => socket.resume())
      }
    } else if (channel === CHANNEL.resize) resize?.write(payload)
    else if (channel === CHANNEL.close && payload[0] === CHANNEL.stdin) stdin?.end()
  })
  socket.on('close', () => {
    stdin?.end()
    resize?.end()
    gone.abort(new Error('the client left'))
  })
  socket.on('error', () => socket.terminate())

  return {
    stdin,
    resize,
    stdout: request.stdout ? output(CHANNEL.stdout) : undefined,
    stderr: request.stderr && !request.tty ? output(CHANNEL.stderr) : undefined,
    signal: gone.signal,
    finish(status) {
      const text = structured ? JSON.stringify(status) : plainFailure(status)
      send(CHANNEL.error, Buffer.from(text), () => socket.close(1000))
    },
  }
}

/** Calls back when little enough waits to be sent. */
function whenRoom(socket: WebSocket, done: () => void): void {
  if (socket.bufferedAmount < HIGH_WATER_BYTES) done()
  // The callback of a ping comes after everything sent before it.
  else socket.ping(undefined, undefined, () => done())
}

interface Codec {
  encode(channel: number, payload: Buffer): Buffer | string
  decode(message: Buffer): { channel: number; payload: Buffer }
}

const BINARY: Codec = {
  encode: (channel, payload) => Buffer.concat([Buffer.from([channel]), payload]),
  decode: (message) => ({ channel: message[0] ?? -1, payload: message.subarray(1) }),
}

const BASE64: Codec = {
  encode: (channel, payload) => `${channel}${payload.toString('base64')}`,
  decode: (message) => ({
    channel: Number(message.toString('latin1', 0, 1)),
    payload: Buffer.from(message.toString('latin1', 1), 'base64'),
  }),
}
