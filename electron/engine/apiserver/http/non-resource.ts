import { ApiError } from '../../../../shared/api/status.ts'
import type { ApiServer } from '../api-server.ts'
import { aggregatedDiscovery } from '../discovery/aggregated-discovery.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from '../discovery/discovery.ts'
import { healthAnswer } from '../discovery/health.ts'
import { openApiAnswer } from '../discovery/openapi-handler.ts'
import { rootPaths } from '../discovery/root-paths.ts'
import { versionInfo } from '../discovery/version.ts'
import { metricsText } from '../metrics/server-metrics.ts'
import { answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { type Accepted, negotiate } from './negotiate.ts'

/** Paths that name no resource: discovery, health, version, OpenAPI, metrics. */
export async function answerNonResource(apiServer: ApiServer, exchange: Exchange): Promise<void> {
  await handlerOf(apiServer, exchange)()
}

function handlerOf(apiServer: ApiServer, exchange: Exchange): () => void | Promise<void> {
  const { registry } = apiServer.context
  const path = exchange.path.length > 1 && exchange.path.endsWith('/') ? exchange.path.slice(0, -1) : exchange.path
  const [, first, second = '', third = '', ...more] = path.split('/')
  if (first === 'healthz' || first === 'livez' || first === 'readyz') {
    return () => text(exchange, healthAnswer(exchange.path, exchange.query))
  }
  if (first === 'openapi') return () => openApiAnswer(apiServer.context, exchange)
  if (exchange.path === '/metrics')
    return () => text(exchange, { code: 200, body: metricsText(apiServer.context), contentType: METRICS_TYPE })
  if (exchange.path === '/') return () => json(exchange, { paths: rootPaths(registry) })
  if (path === '/version') return () => getOnly(exchange, versionInfo)
  if (path === '/.well-known/openid-configuration' || path === '/openid/v1/jwks') {
    return () => issuer(apiServer, exchange, path)
  }
  if (path === '/api') return () => groups(apiServer, exchange, () => apiVersions(), true)
  if (path === '/apis') return () => groups(apiServer, exchange, () => apiGroupList(registry), false)
  if (first === 'api' && third === '') return () => getOnly(exchange, () => apiResourceList(registry, '', second))
  if (first === 'apis' && more.length === 0 && registry.hasGroup(second)) {
    if (third === '') return () => getOnly(exchange, () => apiGroup(registry, second))
    return () => getOnly(exchange, () => apiResourceList(registry, second, third))
  }
  if (first === 'api') throw missing()
  return () => text(exchange, { code: 404, body: '404 page not found\n' })
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

async function issuer(apiServer: ApiServer, exchange: Exchange, path: string): Promise<void> {
  if (exchange.method !== 'GET') throw methodNotAllowed()
  json(exchange, await apiServer.context.tokens.document(path))
}

/** /api answers GET only, /apis any method. */
function groups(apiServer: ApiServer, exchange: Exchange, legacy: () => unknown, strict: boolean): void {
  if (strict && exchange.method !== 'GET') throw methodNotAllowed()
  const accepted = negotiate(exchange.request.headers.accept, { transforms: false, discovery: true })
  if (accepted.parameters.get('as') !== 'APIGroupDiscoveryList') {
    json(exchange, legacy(), accepted)
    return
  }
  const document = aggregatedDiscovery(apiServer.context.registry, strict ? 'core' : 'groups')
  const { response, request } = exchange
  response.setHeader('etag', document.etag)
  response.setHeader('vary', 'Accept')
  if (request.headers['if-none-match'] === document.etag) {
    response.writeHead(304)
    response.end()
    return
  }
  const contentType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  response.writeHead(200, {
    'content-type': contentType,
    'content-length': document.bytes.length,
    'cache-control': 'public',
  })
  response.end(document.bytes)
}

function getOnly(exchange: Exchange, value: () => unknown): void {
  const found = value()
  if (found === undefined) throw missing()
  if (exchange.method !== 'GET') throw methodNotAllowed()
  json(exchange, found)
}

function json(exchange: Exchange, value: unknown, accepted?: Accepted): void {
  const how = accepted ?? negotiate(exchange.request.headers.accept, { transforms: false })
  answer(exchange.response, 200, value, { ...exchange.answers, accepted: how })
}

interface TextAnswer {
  readonly code: number
  readonly body: string
  readonly contentType?: string
}

function text({ response, method }: Exchange, { code, body, contentType }: TextAnswer): void {
  response.writeHead(code, {
    'content-type': contentType ?? 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache, private',
    'content-length': Buffer.byteLength(body),
  })
  response.end(method === 'HEAD' ? undefined : body)
}

function methodNotAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    details: {},
  })
}

function missing(): ApiError {
  return new ApiError('NotFound', 'the server could not find the requested resource', { details: {} })
}
