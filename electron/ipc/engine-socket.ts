import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { createServer, get, type IncomingMessage } from 'node:http'
import { platform } from 'node:os'
import { WebSocket, WebSocketServer } from 'ws'
import type { EngineInfo } from '../../shared/ipc/contract.ts'
import { type ClientTransport, PROTOCOL_VERSION, type ServerTransport } from '../../shared/ipc/protocol.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import type { DataDirectory } from '../engine/installation/data-directory.ts'
import { writeFileAtomically } from '../engine/installation/files.ts'
import { MAX_MESSAGE_BYTES, webSocketTransport } from './web-socket-transport.ts'

/** What both sides say before they talk. */
export type Handshake = Pick<EngineInfo, 'protocol' | 'appVersion' | 'dataFormat' | 'pid'>

/** The running engine speaks another protocol: it has to be restarted; pods stay. */
export class ProtocolMismatch extends Error {
  readonly engine: Handshake
  constructor(engine: Handshake) {
    super(
      `the running engine (Slipway ${engine.appVersion}, protocol ${engine.protocol}) and this Slipway ` +
        `(protocol ${PROTOCOL_VERSION}) do not fit together: restart the engine, pods stay`,
    )
    this.name = 'ProtocolMismatch'
    this.engine = engine
  }
}

/**
 * Listens on the data directory's own socket (a named pipe on Windows) for windows and command lines of this user.
 * A new token is written with every start (0600); nothing is answered without it.
 */
export async function serveEngineSocket(
  data: DataDirectory,
  handshake: Handshake,
  onClient: (transport: ServerTransport) => void,
): Promise<Disposable> {
  const token = randomBytes(32).toString('base64url')
  const server = createServer((request, response) => {
    if (!authorized(request, token)) return response.writeHead(401).end()
    if (request.url !== '/handshake') return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(handshake))
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  server.on('upgrade', (request, socket, head) => {
    if (!authorized(request, token)) return socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (webSocket) => onClient(webSocketTransport(webSocket)))
  })
  if (platform() !== 'win32') rmSync(data.socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(data.socket, resolve)
  })
  if (platform() !== 'win32') chmodSync(data.socket, 0o600)
  writeFileAtomically(data.tokenFile, token)
  return {
    dispose() {
      for (const client of sockets.clients) client.terminate()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Connects to the engine of a data directory. Answers undefined when none runs; throws ProtocolMismatch. */
export async function connectEngineSocket(data: DataDirectory): Promise<ClientTransport | undefined> {
  const token = readToken(data)
  if (token === undefined) return undefined
  const engine = await askHandshake(data, token)
  if (engine === undefined) return undefined
  if (engine.protocol !== PROTOCOL_VERSION) throw new ProtocolMismatch(engine)
  const socket = new WebSocket(`ws+unix:${data.socket}:/`, { headers: { authorization: `Bearer ${token}` } })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => socket.terminate())
  return webSocketTransport(socket)
}

function askHandshake(data: DataDirectory, token: string): Promise<Handshake | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    const request = get({ socketPath: data.socket, path: '/handshake', headers, timeout: 5_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(response.statusCode === 200 ? (JSON.parse(text) as Handshake) : undefined))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}

function readToken(data: DataDirectory): string | undefined {
  try {
    return readFileSync(data.tokenFile, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function authorized(request: IncomingMessage, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`))
}
