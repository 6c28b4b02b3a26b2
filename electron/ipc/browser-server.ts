import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { WebSocketServer } from 'ws'
import type { ServerTransport } from '../../shared/ipc/protocol.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import { MAX_MESSAGE_BYTES, webSocketTransport } from './web-socket-transport.ts'

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

const COOKIE = 'slipway-session'

/** The interface for a browser on this machine. */
export interface BrowserServer extends Disposable {
  /** An address that lets one browser in once. */
  newAddress(): string
}

/**
 * Serves the interface on loopback to a browser, where there is no window.
 * - Each address works once and gives the browser a session cookie (HttpOnly, SameSite=Strict).
 * - Nothing but the right Host is answered (no DNS rebinding), no WebSocket without cookie and own Origin.
 */
export async function serveBrowser(
  files: string,
  onClient: (transport: ServerTransport) => void,
): Promise<BrowserServer> {
  const tickets = new Set<string>()
  const sessions = new Set<string>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  let origin = ''

  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.writeHead(500).end())
  })
  server.on('upgrade', (request, socket, head) => {
    const allowed =
      request.url === '/ipc' &&
      sameHost(request) &&
      request.headers.origin === origin &&
      sessions.has(sessionOf(request))
    if (!allowed) return socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (webSocket) => onClient(webSocketTransport(webSocket)))
  })

  const sameHost = (request: IncomingMessage) => `http://${request.headers.host}` === origin
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    if (!sameHost(request) || request.method !== 'GET') return response.writeHead(403).end()
    const url = new URL(request.url ?? '/', origin)
    const ticket = url.searchParams.get('token')
    if (ticket !== null) {
      if (!tickets.delete(ticket))
        return deny(response, 'This address was used already. Ask for a new one: slipway open')
      const session = randomBytes(32).toString('base64url')
      sessions.add(session)
      const cookie = `${COOKIE}=${session}; HttpOnly; SameSite=Strict; Path=/`
      return response.writeHead(303, { location: '/', 'set-cookie': cookie }).end()
    }
    if (!sessions.has(sessionOf(request))) return deny(response, 'Ask for an address with: slipway open')
    await sendFile(files, url.pathname, response)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    newAddress() {
      const ticket = randomBytes(32).toString('base64url')
      tickets.add(ticket)
      return `${origin}/?token=${ticket}`
    },
    dispose() {
      for (const client of sockets.clients) client.terminate()
      server.close()
      server.closeAllConnections()
    },
  }
}

async function sendFile(root: string, pathname: string, response: ServerResponse): Promise<void> {
  const relative = normalize(decodeURIComponent(pathname)).replace(/^[/\\]+/, '')
  const path = extname(relative) === '' ? 'index.html' : relative
  const file = join(root, path)
  if (!file.startsWith(root + sep)) {
    response.writeHead(404).end()
    return
  }
  const content = await readFile(file).catch(() => undefined)
  if (content === undefined) {
    response.writeHead(404).end()
    return
  }
  response
    .writeHead(200, {
      'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .end(content)
}

/** The interface runs only its own files and talks only to its own origin. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

function sessionOf(request: IncomingMessage): string {
  const pair = (request.headers.cookie ?? '').split(/; */).find((cookie) => cookie.startsWith(`${COOKIE}=`))
  return pair?.slice(COOKIE.length + 1) ?? ''
}

function deny(response: ServerResponse, message: string): void {
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`)
}
