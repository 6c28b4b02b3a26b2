import type { Duplex } from 'node:stream'
import type { PodStreams } from '../pod-streams.ts'
import { SpdyConnection } from './spdy/spdy-connection.ts'
import type { SpdyStream } from './spdy/spdy-stream.ts'

export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io'

interface Pair {
  data?: SpdyStream
  error?: SpdyStream
}

/**
 * Serves port-forward on a SPDY connection: the client opens an error and a data stream per connection, which belong
 * together by their requestID; each pair becomes one connection to the pod's port.
 */
export function servePortForward(socket: Duplex, pod: { namespace: string; name: string }, pods: PodStreams): void {
  const pairs = new Map<string, Pair>()
  new SpdyConnection(socket, (stream) => {
    const id =
      stream.headers.get('requestid') ?? String(stream.id - (stream.headers.get('streamtype') === 'data' ? 2 : 0))
    const pair = pairs.get(id) ?? {}
    if (stream.headers.get('streamtype') === 'data') pair.data = stream
    else pair.error = stream
    pairs.set(id, pair)
    if (pair.data === undefined || pair.error === undefined) return
    pairs.delete(id)
    void forward(pair.data, pair.error, pod, pods)
  })
}

async function forward(
  data: SpdyStream,
  error: SpdyStream,
  pod: { namespace: string; name: string },
  pods: PodStreams,
): Promise<void> {
  const port = Number(data.headers.get('port'))
  // The client half-closes the error stream at once: nothing comes in on it.
  error.resume()
  try {
    const connection = await pods.portForward(pod, port)
    await joined(data, connection)
    error.end()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    error.end(`error forwarding port ${port} to pod ${pod.name}, uid : ${message}`)
    data.destroy()
  }
}

/**
 * Passes bytes both ways until the pod has said all or one side broke. A client that ends first may still be answered;
 * kubectl up to 1.30 ends its side only once it was told that all is over.
 */
export function joined(client: Duplex, pod: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    client.pipe(pod)
    pod.pipe(client)
    pod.on('end', resolve)
    pod.on('error', reject)
    pod.on('close', () => {
      client.end()
      resolve()
    })
    client.on('close', () => pod.destroy())
  })
}
