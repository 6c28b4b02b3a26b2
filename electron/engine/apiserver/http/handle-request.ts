import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { ApiError } from '../../../../shared/api/status.ts'
import type { ApiServer } from '../api-server.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import { authorizeCall, forbiddenText } from '../auth/authorize-call.ts'
import type { User } from '../auth/authorizer.ts'
import { impersonate } from '../auth/impersonate.ts'
import { countRequest } from '../metrics/server-metrics.ts'
import { answerProxy, proxyCall } from '../proxy/answer-proxy.ts'
import type { ServerContext } from '../registry/server-context.ts'
import { answerError } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { type AskedFor, checkNotHeld } from './held-writes.ts'
import { type Accepted, negotiate } from './negotiate.ts'
import { answerNonResource } from './non-resource.ts'
import { routePath } from './request-info.ts'
import { answerResource, resourceVerb } from './resource-handler.ts'

export interface HttpDeps {
  readonly authenticator: Authenticator
  /** Takes over connections that upgrade (exec, attach, port-forward), unauthenticated as yet. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

const PLAIN_JSON: Accepted = { format: 'json', pretty: false, stream: false, parameters: new Map() }

/** The HTTP end of the request path: authenticate, name the request, authorize, then hand it to its handler. */
export function createRequestHandler(apiServer: ApiServer, deps: HttpDeps) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    // What was found worth a warning is told with an error too.
    const warnings: string[] = []
    const failed = (error: unknown) => {
      answerError(response, error, { accepted: acceptedOrJson(request), gzip: false, warnings })
      request.resume()
    }
    const known = deps.authenticator.authenticate(request)
    if (!(known instanceof Promise)) {
      dispatch(apiServer, { request, response, warnings }, known).catch(failed)
      return
    }
    known.then((user) => dispatch(apiServer, { request, response, warnings }, user)).catch(failed)
  }
}

async function dispatch(
  apiServer: ApiServer,
  { request, response, warnings }: Pick<Exchange, 'request' | 'response' | 'warnings'>,
  authenticated: User | undefined,
): Promise<void> {
  if (authenticated === undefined) throw new ApiError('Unauthorized', 'Unauthorized')
  const { context } = apiServer
  const user = impersonate(context.authorizer, authenticated, request.headers)
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const exchange: Exchange = {
    request,
    response,
    user,
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    accepted: PLAIN_JSON,
    answers: { gzip: /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''), warnings },
    warnings,
  }
  const route = routePath(context.registry, path)
  if (route.type === 'resource') {
    const { query } = exchange
    const asked = { verb: resourceVerb(exchange.method, route.at, query), at: route.at, query }
    countAnswer(context, response, asked)
    authorizeResource(context, user, asked)
    checkNotHeld(context, asked)
    if (route.at.subresource === 'proxy') return answerProxy(context, exchange, proxyCall(route.at, user))
    return answerResource(apiServer, negotiated(exchange), route.at)
  }
  authorizePath(apiServer, exchange)
  if (route.type === 'missing') {
    throw new ApiError('NotFound', 'the server could not find the requested resource', { details: {} })
  }
  return answerNonResource(apiServer, exchange)
}

function countAnswer(context: ServerContext, response: ServerResponse, { verb: asked, at }: AskedFor): void {
  const { group, version, resource } = at.resource
  const verb = asked.toUpperCase()
  const { subresource } = at
  response.on('close', () =>
    countRequest(context, { verb, group, version, resource, subresource, code: response.statusCode }),
  )
}

function authorizeResource({ authorizer }: ServerContext, user: User, { verb, at }: AskedFor): void {
  const { resource, subresource, name } = at
  const namespace = at.namespace === '' && resource.storageKey === 'namespaces' ? name : at.namespace
  authorizeCall(authorizer, { user, verb, resource, subresource, namespace, name })
}

function negotiated(exchange: Exchange): Exchange {
  return { ...exchange, accepted: negotiateResource(exchange.request, exchange.method === 'GET') }
}

/** A media type that no serializer knows fails before the request is looked at (go-restful's own 406). */
function negotiateResource(request: IncomingMessage, transforms: boolean): Accepted {
  const { accept } = request.headers
  if (accept !== undefined && !accept.split(',').some((clause) => KNOWN.test(clause.trim())))
    throw restfulNotAcceptable()
  return negotiate(accept, { transforms })
}

const KNOWN = /^(\*\/\*|application\/(json|yaml|vnd\.kubernetes\.protobuf))\s*(;|$)/

function restfulNotAcceptable(): ApiError {
  return new ApiError(
    'NotAcceptable',
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    { details: {} },
  )
}

function authorizePath(apiServer: ApiServer, { user, method, path }: Exchange): void {
  const attributes = {
    user,
    verb: method.toLowerCase(),
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    path,
  }
  const decision = apiServer.context.authorizer.authorize(attributes)
  if (decision.allowed) return
  throw new ApiError('Forbidden', `forbidden: ${forbiddenText(attributes, decision.reason)}`, { details: {} })
}

/** Errors are written as the client wants, when that can be told. */
function acceptedOrJson(request: IncomingMessage): Accepted {
  try {
    return negotiate(request.headers.accept, { transforms: true })
  } catch {
    return PLAIN_JSON
  }
}
