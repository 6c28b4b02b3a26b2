import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeStreams } from './pipe-streams.ts'

/** A connection to a pod for one request, or what is answered instead. */
export type Target = { readonly stream: Duplex } | { readonly status: number; readonly message: string }

/** Headers that are added to what the client sent: who asked, and how. */
export type AddedHeaders = readonly (readonly [name: string, value: string])[]

/** Sends one request on, over a connection of its own, and its answer back. */
export function forwardRequest(
  incoming: IncomingMessage,
  answer: ServerResponse,
  target: Target,
  added: AddedHeaders = [],
): void {
  if ('status' in target) {
    answer.writeHead(target.status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${target.message}\n`)
    return
  }
  const { stream } = target
  // The client left while the pod was being reached: nobody would close this connection any more.
  if (answer.destroyed) {
    stream.destroy()
    return
  }
  const outgoing = request({
    createConnection: () => stream,
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: oneRequest(withHeaders(incoming.rawHeaders, added)),
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

/** Hands a connection that asked for another protocol (WebSockets) over to the pod. */
export function forwardUpgrade(
  incoming: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
  target: Target,
  added: AddedHeaders = [],
): void {
  if ('status' in target) {
    socket.end(`HTTP/1.1 ${target.status} ${target.message}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    return
  }
  if (socket.destroyed) {
    target.stream.destroy()
    return
  }
  const lines = pairs(withHeaders(incoming.rawHeaders, added)).map(([name, value]) => `${name}: ${value}\r\n`)
  target.stream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
  if (head.length > 0) target.stream.write(head)
  pipeStreams(socket, target.stream)
}

/** An added header replaces what the client sent under its name. */
function withHeaders(rawHeaders: readonly string[], added: AddedHeaders): string[] {
  const names = new Set(added.map(([name]) => name.toLowerCase()))
  const kept = pairs(rawHeaders).filter(([name]) => !names.has(name.toLowerCase()))
  return [...kept, ...added].flat()
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
