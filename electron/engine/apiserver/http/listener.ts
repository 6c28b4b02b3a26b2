import { createServer, type Server } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { ApiServer } from '../api-server.ts'
import { createRequestHandler, type HttpDeps } from './handle-request.ts'

export interface ListenOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** PEM. `ca` is the cluster CA, which signs client certificates. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string }
}

export interface Listener extends Disposable {
  readonly host: string
  readonly port: number
  /** Ends open requests and stops listening. */
  close(): Promise<void>
}

/** Serves the API over HTTPS (TLS 1.2 and 1.3, client certificates optional) on one address. */
export async function listen(apiServer: ApiServer, deps: HttpDeps, options: ListenOptions): Promise<Listener> {
  const { tls, host } = options
  const server = createServer(
    { ...tls, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2', keepAlive: true, noDelay: true },
    createRequestHandler(apiServer, deps),
  )
  server.keepAliveTimeout = 120_000
  server.requestTimeout = 0
  server.headersTimeout = 32_000
  const sockets = new Set<Duplex>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  if (deps.upgrade) server.on('upgrade', deps.upgrade)
  await started(server, options)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return { host, port, close, dispose: () => void close() }
}

function started(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
