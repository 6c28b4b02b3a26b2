import type { Duplex } from 'node:stream'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { RemoteCommand, RemoteCommandChannels } from './remote-command.ts'
import { SpdyConnection } from './spdy/spdy-connection.ts'
import type { SpdyStream } from './spdy/spdy-stream.ts'

/** The protocols of exec and attach over SPDY, best first. */
export const SPDY_REMOTE_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io']

/** How long a client may take to open the streams that it asked for (the kubelet's stream creation timeout). */
const STREAM_TIMEOUT_MS = 30_000

/** Waits for the streams that the request promised; rejects when they don't come in time. */
export function spdyChannels(
  socket: Duplex,
  request: RemoteCommand,
  protocol: string,
  clock: Clock,
): Promise<RemoteCommandChannels> {
  const expected = expectedStreams(request, protocol)
  const streams = new Map<string, SpdyStream>()
  const gone = new AbortController()
  return new Promise((resolve, reject) => {
    const connection = new SpdyConnection(socket, (stream) => {
      streams.set(stream.headers.get('streamtype') ?? '', stream)
      if (!expected.every((name) => streams.has(name))) return
      timeout.dispose()
      resolve(channelsOf(connection, streams, protocol, gone.signal))
    })
    const timeout = clock.after(STREAM_TIMEOUT_MS, () => {
      connection.close()
      reject(new Error('timed out waiting for client to create streams'))
    })
    socket.on('close', () => {
      timeout.dispose()
      gone.abort(new Error('the client left'))
      reject(new Error('the client left before it created its streams'))
    })
  })
}

function expectedStreams({ stdin, stdout, stderr, tty }: RemoteCommand, protocol: string): string[] {
  const sizes = tty && protocol !== 'channel.k8s.io' && protocol !== 'v2.channel.k8s.io'
  return [
    'error',
    ...(stdin ? ['stdin'] : []),
    ...(stdout ? ['stdout'] : []),
    ...(stderr && !tty ? ['stderr'] : []),
    ...(sizes ? ['resize'] : []),
  ]
}

function channelsOf(
  connection: SpdyConnection,
  streams: ReadonlyMap<string, SpdyStream>,
  protocol: string,
  signal: AbortSignal,
): RemoteCommandChannels {
  return {
    stdin: streams.get('stdin'),
    stdout: streams.get('stdout'),
    stderr: streams.get('stderr'),
    resize: streams.get('resize'),
    signal,
    finish(status) {
      const text = protocol === 'v4.channel.k8s.io' ? JSON.stringify(status) : plainFailure(status)
      const error = streams.get('error')
      if (error === undefined || error.destroyed) return connection.close()
      error.end(text, () => connection.close())
    },
  }
}

/** Before v4 the error channel carried a text, and nothing when all went well. */
export function plainFailure(status: { status?: string | undefined; message?: string | undefined }): string {
  return status.status === 'Success' ? '' : (status.message ?? '')
}
