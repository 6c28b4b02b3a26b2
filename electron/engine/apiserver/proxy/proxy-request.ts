import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { newServiceUnavailable } from '../machinery/api-errors.ts'
import type { PodStreams } from '../pod-streams.ts'
import type { ProxyTarget } from './proxy-target.ts'

/** Headers that concern one connection, and those that only the API server may see. */
const DROPPED = new Set([
  'authorization',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A request on its way through the API server to the cluster network. */
export interface ProxiedRequest {
  readonly streams: Pick<PodStreams, 'dial'>
  readonly target: ProxyTarget
  /** What the target is asked for: path and query. */
  readonly path: string
  /** The path at this server that `path` "/" stands for, for redirects. */
  readonly base: string
}

/** Sends the request on and the answer back, streaming both ways. */
export async function proxyRequest(
  request: IncomingMessage,
  response: ServerResponse,
  proxied: ProxiedRequest,
): Promise<void> {
  const connection = await connect(proxied)
  const { target, path } = proxied
  await new Promise<void>((resolve, reject) => {
    const onward = httpRequest({
      method: request.method,
      path,
      headers: { ...forwardedHeaders(request), host: `${target.address}:${target.port}`, connection: 'close' },
      createConnection: () => connection as Socket,
    })
    response.on('close', () => onward.destroy())
    onward.on('error', (error) => reject(unreachable(error)))
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answeredHeaders(answer.headers, proxied))
      answer.on('error', () => response.destroy())
      answer.on('end', () => resolve())
      answer.pipe(response)
    })
    request.pipe(onward)
  })
}

/** Sends an upgrading request on as it is and then joins both connections. */
export async function proxyUpgrade(
  request: IncomingMessage,
  client: { readonly socket: Duplex; readonly head: Buffer },
  proxied: ProxiedRequest,
): Promise<void> {
  const connection = await connect(proxied)
  const { target, path } = proxied
  const headers = {
    ...forwardedHeaders(request),
    host: `${target.address}:${target.port}`,
    connection: 'Upgrade',
    upgrade: request.headers.upgrade ?? '',
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((text) => `${name}: ${text}\r\n`),
  )
  const { socket, head } = client
  const end = () => {
    connection.destroy()
    socket.destroy()
  }
  for (const side of [socket, connection]) {
    side.on('error', end)
    side.on('close', end)
  }
  connection.write(`${request.method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  if (head.length > 0) connection.write(head)
  socket.pipe(connection)
  connection.pipe(socket)
}

async function connect({ streams, target }: ProxiedRequest): Promise<Duplex> {
  try {
    const socket = await streams.dial(target.address, target.port)
    // As in Kubernetes, the certificates of pods and Services are not checked: nothing says which to expect.
    return target.tls ? connectTls({ socket, rejectUnauthorized: false }) : socket
  } catch (error) {
    throw unreachable(error)
  }
}

function unreachable(error: unknown) {
  return newServiceUnavailable(
    `error trying to reach service: ${error instanceof Error ? error.message : String(error)}`,
  )
}

function forwardedHeaders(request: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !DROPPED.has(name) && !name.startsWith('impersonate-')) headers[name] = value
  }
  const before = request.headers['x-forwarded-for']
  const address = request.socket.remoteAddress ?? ''
  headers['x-forwarded-for'] = before === undefined ? address : `${before}, ${address}`
  headers['x-forwarded-host'] = request.headers.host ?? ''
  headers['x-forwarded-proto'] = 'https'
  return headers
}

/** A redirect within the target stays within the proxy. */
function answeredHeaders(headers: IncomingHttpHeaders, { base, target }: ProxiedRequest): IncomingHttpHeaders {
  const { connection: _connection, 'keep-alive': _keepAlive, 'transfer-encoding': _encoding, ...kept } = headers
  const { location } = headers
  if (location === undefined) return kept
  const own = `${target.tls ? 'https' : 'http'}://${target.address}:${target.port}`
  const within = location.startsWith(own) ? location.slice(own.length) : location
  return within.startsWith('/') && !within.startsWith('//') ? { ...kept, location: `${base}${within}` } : kept
}
