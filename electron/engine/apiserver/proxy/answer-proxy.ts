import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { ApiError } from '../../../../shared/api/status.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { Exchange } from '../http/exchange.ts'
import type { ResourcePath } from '../http/request-info.ts'
import { newServiceUnavailable } from '../machinery/api-errors.ts'
import type { PodStreams } from '../pod-streams.ts'
import type { Call, ServerContext } from '../registry/server-context.ts'
import { proxyRequest, proxyUpgrade } from './proxy-request.ts'
import { proxiedNode, proxyTarget } from './proxy-target.ts'

/**
 * The proxy subresources: any request to a port of a pod or a Service, through the API server.
 * - Bodies, answers and upgraded connections are streamed; nothing is interpreted but redirects.
 * - Credentials for the API server stay there.
 * - A node has no HTTP server of its own: /healthz and /pods are answered here, all else is refused.
 */
export async function answerProxy(context: ServerContext, exchange: Exchange, call: Call): Promise<void> {
  const { request, response, path } = exchange
  if (call.resource.storageKey === 'nodes') return answerNode(context, exchange, call)
  const target = proxyTarget(context, call)
  const { base, rest } = splitProxyPath(path)
  const query = queryOf(request)
  if (rest === '' && (exchange.method === 'GET' || exchange.method === 'HEAD')) {
    // Relative links of the page work only below a path that ends in a slash.
    response.writeHead(301, { location: `${path}/${query}` })
    response.end()
    return
  }
  await proxyRequest(request, response, { streams: streamsOf(context), target, path: `${rest || '/'}${query}`, base })
}

/** The same for a connection that wants to upgrade, such as a WebSocket. */
export async function upgradeProxy(
  context: ServerContext,
  request: IncomingMessage,
  client: { readonly socket: Duplex; readonly head: Buffer },
  call: Call,
): Promise<void> {
  const { base, rest } = splitProxyPath((request.url ?? '').split('?')[0] as string)
  const path = `${rest || '/'}${queryOf(request)}`
  await proxyUpgrade(request, client, { streams: streamsOf(context), target: proxyTarget(context, call), path, base })
}

/** The call of a proxied request, for which no object is written. */
export function proxyCall(at: ResourcePath, user: Call['user']): Call {
  const { resource, subresource, namespace, name } = at
  return { user, resource, subresource, namespace, name, dryRun: false, fieldManager: '', warnings: [] }
}

function streamsOf(context: ServerContext): PodStreams {
  const streams = context.streams()
  if (streams === undefined) throw newServiceUnavailable('the cluster network is not ready yet')
  return streams
}

/** Undecoded: what stands behind "/proxy" is the target's affair. */
function splitProxyPath(path: string): { base: string; rest: string } {
  const segments = path.split('/')
  const at = segments.indexOf('proxy', segments[3] === 'namespaces' ? 7 : 5)
  const rest = segments.slice(at + 1)
  return { base: segments.slice(0, at + 1).join('/'), rest: rest.length === 0 ? '' : `/${rest.join('/')}` }
}

function queryOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?')
  return mark < 0 ? '' : url.slice(mark)
}

function answerNode(context: ServerContext, { path, response }: Exchange, call: Call): void {
  const node = proxiedNode(context, call).metadata.name
  const { rest } = splitProxyPath(path)
  if (rest === '/healthz') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
    response.end('ok')
    return
  }
  if (rest === '/pods') {
    const pods = context.store.list('pods').items.map(({ object }) => object as Pod)
    const items = pods.filter(({ spec }) => spec?.nodeName === node)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }))
    return
  }
  const why = `the node ${JSON.stringify(node)} does not serve ${rest || '/'}: it has /healthz and /pods only`
  throw new ApiError('NotFound', why, { details: { name: node ?? '', kind: 'nodes' } })
}
