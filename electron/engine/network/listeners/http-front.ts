/**
 * One HTTP port per cluster for every Service: http://<service>.<namespace>.<cluster>.localhost:<port>/
 *  - The Host header chooses the Service and is checked on every request, so that a page of another site whose name
 *    was pointed at loopback gets nothing.
 *  - WebSockets and other upgrades pass.
 *  - The port named "http", else 80, else the first TCP port of the Service.
 */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Service, ServicePort } from '../../../../shared/api/types/core-v1.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { ObjectSource } from '../rules/service-proxy.ts'
import { type ConnectDeps, connectBackend } from './connect-backend.ts'
import { pipeStreams } from './pipe-streams.ts'
import type { ServiceListeners } from './service-listeners.ts'

export interface HttpFrontDeps extends ConnectDeps {
  readonly cluster: string
  readonly services: ObjectSource<Service>
  readonly entries: Pick<ServiceListeners, 'entry'>
}

export interface HttpFront extends Disposable {
  readonly port: number
}

/** Listens on the wanted port, on another when it is taken; the caller stores the port to keep addresses stable. */
export async function startHttpFront(wantedPort: number, deps: HttpFrontDeps): Promise<HttpFront> {
  const server = createServer((incoming, answer) => void serve(incoming, answer, deps))
  server.on('upgrade', (incoming, socket, head) => void upgrade(incoming, socket, head, deps))
  const port = await listen(server, wantedPort).catch(() => listen(server, 0))
  return {
    port,
    dispose() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** "web.default" of "web.default.dev.localhost:8080", when that is a name of this cluster. */
export function parseServiceHost(
  host: string | undefined,
  cluster: string,
): { service: string; namespace: string } | undefined {
  const match = /^([a-z0-9-]+)\.([a-z0-9-]+)\.([a-z0-9-]+)\.localhost\.?(?::\d+)?$/i.exec(host ?? '')
  if (!match?.[1] || !match[2] || match[3]?.toLowerCase() !== cluster) return undefined
  return { service: match[1].toLowerCase(), namespace: match[2].toLowerCase() }
}

async function serve(incoming: IncomingMessage, answer: ServerResponse, deps: HttpFrontDeps): Promise<void> {
  const target = await connect(incoming, deps)
  if ('status' in target) {
    answer.writeHead(target.status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${target.message}\n`)
    return
  }
  const { stream } = target
  const outgoing = request({
    createConnection: () => stream,
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: oneRequest(incoming.rawHeaders),
    setHost: false,
  })
  outgoing.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, response.statusMessage, hopFree(response.rawHeaders))
    response.pipe(answer)
    response.on('error', () => answer.destroy())
  })
  outgoing.on('error', (error) => {
    if (answer.headersSent) answer.destroy()
    else answer.writeHead(502, { 'content-type': 'text/plain' }).end(`The pod ended the connection: ${error.message}\n`)
  })
  answer.on('close', () => stream.destroy())
  incoming.pipe(outgoing)
}

async function upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, deps: HttpFrontDeps): Promise<void> {
  socket.on('error', () => socket.destroy())
  const target = await connect(incoming, deps)
  if ('status' in target) {
    socket.end(`HTTP/1.1 ${target.status} ${target.message}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    return
  }
  const lines = pairs(incoming.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`)
  target.stream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
  if (head.length > 0) target.stream.write(head)
  pipeStreams(socket, target.stream)
}

async function connect(
  incoming: IncomingMessage,
  deps: HttpFrontDeps,
): Promise<{ stream: Duplex } | { status: number; message: string }> {
  const host = parseServiceHost(incoming.headers.host, deps.cluster)
  if (!host) return { status: 421, message: `Ask for http://<service>.<namespace>.${deps.cluster}.localhost` }
  const { service: name, namespace } = host
  const found = deps.services.list().find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
  const port = found && httpPort(found)
  if (!port) return { status: 404, message: `Service ${name} in namespace ${namespace} has no port to serve` }
  try {
    const stream = await connectBackend(() => deps.entries.entry(`${namespace}/${name}/tcp/${port.port}`), deps)
    return { stream }
  } catch (error) {
    return { status: 503, message: `Service ${name} in namespace ${namespace}: ${(error as Error).message}` }
  }
}

function httpPort(service: Service): ServicePort | undefined {
  const ports = (service.spec?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP')
  return ports.find(({ name }) => name === 'http') ?? ports.find(({ port }) => port === 80) ?? ports[0]
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as [string, string]] : [],
  )
}

/** Each request has its own connection to a pod, so that none is sent into one that a pod is just closing. */
function oneRequest(rawHeaders: readonly string[]): string[] {
  return [...hopFree(rawHeaders), 'Connection', 'close']
}

function hopFree(rawHeaders: readonly string[]): string[] {
  const hop = new Set(['connection', 'keep-alive', 'proxy-connection'])
  return pairs(rawHeaders)
    .filter(([name]) => !hop.has(name.toLowerCase()))
    .flat()
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}
