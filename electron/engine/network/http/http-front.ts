/**
 * One HTTP port per cluster for every Service: http://<service>.<namespace>.<cluster>.localhost:<port>/
 *  - The Host header chooses the Service and is checked on every request, so that a page of another site whose name
 *    was pointed at loopback gets nothing.
 *  - WebSockets and other upgrades pass.
 *  - The port named "http", else 80, else the first TCP port of the Service; an ExternalName is followed.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { Target } from './forward-request.ts'
import { forwardingServer } from './forwarding-server.ts'
import { type ServiceTargetDeps, serviceTarget } from './service-target.ts'

export interface HttpFrontDeps extends ServiceTargetDeps {
  readonly cluster: string
}

export interface HttpFront extends Disposable {
  readonly port: number
}

/** Listens on the wanted port, on another when it is taken; the caller stores the port to keep addresses stable. */
export async function startHttpFront(wantedPort: number, deps: HttpFrontDeps): Promise<HttpFront> {
  const server = forwardingServer((incoming) => targetOf(incoming, deps))
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

function targetOf(incoming: IncomingMessage, deps: HttpFrontDeps): Target {
  const host = parseServiceHost(incoming.headers.host, deps.cluster)
  if (!host) return { status: 421, message: `Ask for http://<service>.<namespace>.${deps.cluster}.localhost` }
  const { service: name, namespace } = host
  return (
    serviceTarget({ namespace, name }, 'http', deps) ?? {
      status: 404,
      message: `Service ${name} in namespace ${namespace} has no port to serve`,
    }
  )
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
