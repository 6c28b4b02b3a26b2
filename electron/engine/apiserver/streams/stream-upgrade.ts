import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { ApiError, isApiError } from '../../../../shared/api/status.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { ApiServer } from '../api-server.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import { authorizeCall } from '../auth/authorize-call.ts'
import { impersonate } from '../auth/impersonate.ts'
import { checkNotHeld } from '../http/held-writes.ts'
import { type ResourcePath, routePath } from '../http/request-info.ts'
import { resourceVerb } from '../http/resource-handler.ts'
import { newBadRequest, newNotFound } from '../machinery/api-errors.ts'
import type { PodStreams } from '../pod-streams.ts'
import { proxyCall, upgradeProxy } from '../proxy/answer-proxy.ts'
import { checkStreamTarget, podContainer, STREAMED } from './pod-container.ts'
import { type RemoteCommand, runRemoteCommand } from './remote-command.ts'
import { PORT_FORWARD_PROTOCOL, servePortForward } from './spdy-port-forward.ts'
import { SPDY_REMOTE_PROTOCOLS, spdyChannels } from './spdy-remote-command.ts'
import {
  CHANNEL_PROTOCOLS,
  servePortForwardChannels,
  TUNNEL_PROTOCOL,
  webSocketBytes,
} from './web-socket-port-forward.ts'
import { WEB_SOCKET_REMOTE_PROTOCOLS, webSocketChannels } from './web-socket-remote-command.ts'

export interface StreamUpgradeDeps {
  readonly apiServer: ApiServer
  readonly authenticator: Authenticator
  /** Undefined until the kubelet runs. */
  streams(): PodStreams | undefined
}

interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly at: ResourcePath
  readonly query: URLSearchParams
  readonly pods: PodStreams
}

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024

/**
 * Serves exec, attach and port-forward of pods on upgraded connections: WebSockets and SPDY/3.1. Everything that can
 * be refused is refused with a Status before the connection is taken over.
 */
export function createStreamUpgrade(deps: StreamUpgradeDeps) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    upgrade(deps, request, socket, head).catch((error: unknown) => refuse(socket, error))
  }
}

async function upgrade(deps: StreamUpgradeDeps, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const { context } = deps.apiServer
  const authenticated = await deps.authenticator.authenticate(request)
  if (authenticated === undefined) throw new ApiError('Unauthorized', 'Unauthorized')
  const user = impersonate(context.authorizer, authenticated, request.headers)
  const url = new URL(request.url ?? '/', 'https://kubernetes')
  const route = routePath(context.registry, url.pathname)
  const at = route.type === 'resource' ? route.at : undefined
  if (at?.subresource === 'proxy') {
    const verb = resourceVerb(request.method ?? 'GET', at, url.searchParams)
    authorizeCall(context.authorizer, { user, verb, ...at })
    checkNotHeld(context, { verb, at, query: url.searchParams })
    return upgradeProxy(context, request, { socket, head }, proxyCall(at, user))
  }
  if (at === undefined || at.resource.storageKey !== 'pods' || !STREAMED.has(at.subresource)) {
    throw new ApiError('NotFound', 'the server could not find the requested resource', { details: {} })
  }
  const { resource, namespace, name, subresource } = at
  // A stream reaches into the container whatever the HTTP method: every one of them needs "create".
  authorizeCall(context.authorizer, { user, verb: 'create', resource, subresource, namespace, name })
  checkNotHeld(context, { verb: 'create', at, query: url.searchParams })
  const stored = context.store.get({ resource: resource.storageKey, namespace, name })
  if (stored === undefined) throw newNotFound(resource, name)
  const pod = stored.object as Pod
  checkStreamTarget(pod, subresource, url.searchParams)
  const pods = deps.streams()
  if (pods === undefined) throw new ApiError('ServiceUnavailable', 'the kubelet is not ready yet')
  const accepted: Upgrade = { request, socket, head, at, query: url.searchParams, pods }
  if (subresource === 'portforward') acceptPortForward(accepted)
  else await acceptRemoteCommand(accepted, remoteCommand(accepted, pod), context.clock)
}

function remoteCommand({ at, query }: Upgrade, pod: Pod): RemoteCommand {
  const flag = (name: string) => query.get(name) === 'true' || query.get(name) === '1'
  const kind = at.subresource === 'attach' ? 'attach' : 'exec'
  const container = podContainer(pod, query.get('container') ?? '')
  const command = query.getAll('command')
  if (kind === 'exec' && command.length === 0)
    throw newBadRequest('you must specify at least 1 command for the container')
  const streams = { stdin: flag('stdin'), stdout: flag('stdout'), stderr: flag('stderr'), tty: flag('tty') }
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    throw newBadRequest('you must specify at least 1 of stdin, stdout, stderr')
  }
  return { kind, target: { namespace: at.namespace, pod: at.name, container }, command, ...streams }
}

async function acceptRemoteCommand(
  upgrade: Upgrade,
  command: RemoteCommand,
  clock: Parameters<typeof spdyChannels>[3],
): Promise<void> {
  if (isWebSocket(upgrade.request)) {
    acceptWebSocket(upgrade, WEB_SOCKET_REMOTE_PROTOCOLS, (webSocket) => {
      void runRemoteCommand(command, webSocketChannels(webSocket, command), upgrade.pods)
    })
    return
  }
  const protocol = acceptSpdy(upgrade, SPDY_REMOTE_PROTOCOLS)
  const channels = await spdyChannels(upgrade.socket, command, protocol, clock).catch(() => undefined)
  if (channels !== undefined) await runRemoteCommand(command, channels, upgrade.pods)
}

function acceptPortForward(upgrade: Upgrade): void {
  const { at, pods } = upgrade
  const pod = { namespace: at.namespace, name: at.name }
  if (!isWebSocket(upgrade.request)) {
    acceptSpdy(upgrade, [PORT_FORWARD_PROTOCOL])
    servePortForward(upgrade.socket, pod, pods)
    return
  }
  acceptWebSocket(upgrade, [TUNNEL_PROTOCOL, ...CHANNEL_PROTOCOLS], (webSocket) => {
    if (webSocket.protocol === TUNNEL_PROTOCOL) servePortForward(webSocketBytes(webSocket), pod, pods)
    else servePortForwardChannels(webSocket, portsOf(upgrade.query), pod, pods)
  })
}

function portsOf(query: URLSearchParams): number[] {
  return query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .map(Number)
    .filter((port) => Number.isInteger(port) && port > 0 && port < 65536)
}

function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket'
}

function acceptWebSocket(
  { request, socket, head }: Upgrade,
  supported: readonly string[],
  onOpen: (socket: WebSocket) => void,
): void {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim())
  const chosen = supported.find((protocol) => offered.includes(protocol))
  if (chosen === undefined && offered.join('') !== '') {
    throw newBadRequest(`unable to upgrade: none of the offered protocols is supported: ${offered.join(', ')}`)
  }
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: () => chosen ?? false,
  })
  server.handleUpgrade(request, socket, head, onOpen)
}

/** Switches the connection to SPDY and answers with the protocol that both sides know. */
function acceptSpdy({ request, socket, head }: Upgrade, supported: readonly string[]): string {
  if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') throw newBadRequest('Upgrade request required')
  const header = request.headers['x-stream-protocol-version']
  const offered = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((text) => text.trim())
  const protocol =
    supported.find((candidate) => offered.includes(candidate)) ??
    (offered.join('') === '' ? supported.at(-1) : undefined)
  if (protocol === undefined) {
    throw new ApiError(
      'Forbidden',
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${supported.join(' ')}]`,
    )
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  )
  if (head.length > 0) socket.unshift(head)
  return protocol
}

/** Answers a refusal on a connection that was not taken over. */
function refuse(socket: Duplex, error: unknown): void {
  if (socket.destroyed) return
  const failure = isApiError(error)
    ? error
    : new ApiError('InternalError', error instanceof Error ? error.message : String(error))
  const body = JSON.stringify(failure.toStatus())
  socket.end(
    `HTTP/1.1 ${failure.code} ${failure.reason}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
