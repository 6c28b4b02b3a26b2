/**
 * The Ingresses of a cluster, on two ports of the laptop's loopback.
 *  - HTTP and HTTPS by host and path; WebSockets pass; backends are the ready endpoints of this moment;
 *    an ExternalName is followed.
 *  - Certificates come from the Ingress's Secret as it is at each handshake, else the cluster's own is shown.
 *  - Ports 80 and 443 where they are to be had, else others that stay the same: the Ingress's status says which.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { Secret } from '../../../../shared/api/types/core-v1.ts'
import type { Ingress, IngressClass } from '../../../../shared/api/types/networking-v1.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import type { Target } from '../http/forward-request.ts'
import { forwardingServer } from '../http/forwarding-server.ts'
import type { AddedHeaders } from '../http/headers.ts'
import { type ServiceTargetDeps, serviceTarget } from '../http/service-target.ts'
import { type LoopbackListener, listenOnLoopback } from '../listeners/loopback-listener.ts'
import { acceptTcp } from '../listeners/tcp-listener.ts'
import type { ObjectSource } from '../rules/service-proxy.ts'
import { findRoute, ingressRoutes, type Route, tlsSecretFor } from './routes.ts'

export interface IngressPorts {
  readonly http: number
  readonly https: number
}

export interface IngressFrontDeps extends ServiceTargetDeps {
  readonly ingresses: ObjectSource<Ingress>
  readonly ingressClasses: ObjectSource<IngressClass>
  readonly secrets: Pick<ObjectSource<Secret>, 'get'>
  /** PEM of the certificate for hosts that have none of their own. */
  readonly certificate: { readonly cert: string; readonly key: string }
}

export interface IngressFront extends Disposable {
  readonly ports: IngressPorts
}

export async function startIngressFront(wanted: IngressPorts, deps: IngressFrontDeps): Promise<IngressFront> {
  const front = new Front(deps)
  const http = await listenOnLoopback(
    wanted.http,
    acceptTcp((socket) => front.accept(socket)),
  )
  const https = await listenOnLoopback(
    wanted.https,
    acceptTcp((socket) => front.acceptSecure(socket)),
  )
  front.listeners.push(http, https)
  return { ports: { http: http.port, https: https.port }, dispose: () => front.dispose() }
}

class Front implements Disposable {
  readonly listeners: LoopbackListener[] = []
  readonly #deps: IngressFrontDeps
  readonly #server: Server
  readonly #disposables = new DisposableStore()
  readonly #defaultContext: SecureContext
  /** A Secret that changes is another object. */
  readonly #contexts = new WeakMap<Secret, SecureContext>()
  #routes: readonly Route[] | undefined

  constructor(deps: IngressFrontDeps) {
    this.#deps = deps
    this.#defaultContext = createSecureContext(deps.certificate)
    const stale = () => {
      this.#routes = undefined
    }
    const changes = { added: stale, updated: stale, deleted: stale }
    this.#disposables.add(deps.ingresses.onChange(changes))
    this.#disposables.add(deps.ingressClasses.onChange(changes))
    // It never listens itself: connections are handed to it, plain or deciphered.
    this.#server = forwardingServer((incoming) => this.#target(incoming), forwardedBy)
  }

  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    this.#server.emit('connection', socket)
  }

  acceptSecure(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: this.#defaultContext,
      SNICallback: (host, done) => done(null, this.#contextFor(host)),
    })
    secure.on('error', () => secure.destroy())
    secure.once('secure', () => this.#server.emit('connection', secure))
  }

  dispose(): void {
    this.#disposables.dispose()
    for (const listener of this.listeners) listener.dispose()
    this.#server.close()
    this.#server.closeAllConnections()
  }

  get #table(): readonly Route[] {
    this.#routes ??= ingressRoutes(this.#deps.ingresses.list(), this.#deps.ingressClasses.list())
    return this.#routes
  }

  #contextFor(host: string): SecureContext {
    const name = tlsSecretFor(this.#table, host)
    const secret = name === undefined ? undefined : this.#deps.secrets.get(name)
    if (secret === undefined) return this.#defaultContext
    const made = this.#contexts.get(secret) ?? contextOf(secret) ?? this.#defaultContext
    this.#contexts.set(secret, made)
    return made
  }

  #target(incoming: IncomingMessage): Target {
    const route = findRoute(this.#table, incoming.headers.host ?? '', incoming.url ?? '/')
    if (route === undefined) return { status: 404, message: 'No Ingress has a rule for this host and path' }
    const { namespace = '' } = route.ingress.metadata
    const { name, port = {} } = route.backend.service ?? {}
    if (name === undefined) return { status: 503, message: 'Backends that are no Service are not served' }
    return (
      serviceTarget({ namespace, name }, port, this.#deps) ?? {
        status: 503,
        message: `Service ${name} in namespace ${namespace} has no such port`,
      }
    )
  }
}

/** Undefined for a Secret that is no certificate. */
function contextOf({ data }: Secret): SecureContext | undefined {
  const [cert, key] = [data?.['tls.crt'], data?.['tls.key']]
  if (!cert || !key) return undefined
  try {
    return createSecureContext({ cert: Buffer.from(cert, 'base64'), key: Buffer.from(key, 'base64') })
  } catch {
    // Shown is the cluster's own, as when there is none.
    return undefined
  }
}

function forwardedBy(incoming: IncomingMessage): AddedHeaders {
  const isSecure = incoming.socket instanceof TLSSocket
  return [
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-Host', incoming.headers.host ?? ''],
    ['X-Forwarded-Proto', isSecure ? 'https' : 'http'],
  ]
}
