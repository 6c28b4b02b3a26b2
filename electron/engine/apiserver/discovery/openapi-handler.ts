import { createHash } from 'node:crypto'
import { ApiError } from '../../../../shared/api/status.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Registry } from '../registry/registry.ts'
import type { Resource } from '../registry/resource.ts'
import type { ServerContext } from '../registry/server-context.ts'
import { resourcePaths } from './openapi-paths.ts'
import { OPENAPI_PROTOBUF, swaggerProtobuf } from './openapi-protobuf.ts'
import { type RefStyle, type Schema, schemasOf } from './openapi-schemas.ts'

interface Document {
  readonly type: string
  readonly bytes: Buffer
  readonly hash: string
}

const INFO = { title: 'Kubernetes', version: 'v1.36.2' }
const OPTION_TYPES = ['DeleteOptions', 'Status', 'WatchEvent'].map(
  (name) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`,
)
const PROTOBUF = 'application/com.github.proto-openapi.spec'

const cache = new WeakMap<Registry, { revision: number; documents: Map<string, Document> }>()

/** /openapi/v3, a document for each group version below it (its address carries its hash), and /openapi/v2 as JSON or protobuf. */
export function openApiAnswer({ registry }: ServerContext, exchange: Exchange): void {
  const { path, request } = exchange
  const accept = request.headers.accept ?? ''
  const wantsProtobuf = accept.includes(PROTOBUF) && !accept.includes('json') && !accept.includes('*/*')
  if (wantsProtobuf && path !== '/openapi/v2') {
    throw new ApiError('NotAcceptable', 'only application/json is served here')
  }
  if (path === '/openapi/v3' || path === '/openapi/v3/') {
    sendDocument(
      exchange,
      document(registry, '', () => index(registry)),
    )
    return
  }
  if (path === '/openapi/v2') {
    sendDocument(
      exchange,
      wantsProtobuf
        ? document(registry, 'v2 protobuf', () => swaggerProtobuf(swagger(registry)))
        : document(registry, 'v2', () => swagger(registry)),
    )
    return
  }
  const name = path.startsWith('/openapi/v3/') ? path.slice('/openapi/v3/'.length) : undefined
  const resources = name === undefined ? [] : resourcesOf(registry, name)
  if (name === undefined || resources.length > 0) {
    if (name !== undefined) {
      sendDocument(
        exchange,
        document(registry, name, () => groupDocument(resources)),
      )
      return
    }
    notFound(exchange, '404 page not found\n')
    return
  }
  exchange.response.writeHead(404)
  exchange.response.end()
}

function notFound({ response }: Exchange, body: string): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(body)
}

function sendDocument({ request, response }: Exchange, { type, bytes, hash }: Document): void {
  const etag = `"${hash}"`
  response.setHeader('etag', etag)
  response.setHeader('vary', 'Accept-Encoding, Accept')
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304)
    response.end()
    return
  }
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length })
  response.end(bytes)
}

function document(registry: Registry, name: string, build: () => unknown): Document {
  let cached = cache.get(registry)
  if (cached === undefined || cached.revision !== registry.revision) {
    cached = { revision: registry.revision, documents: new Map() }
    cache.set(registry, cached)
  }
  let made = cached.documents.get(name)
  if (made === undefined) {
    const built = build()
    const bytes = Buffer.isBuffer(built) ? built : Buffer.from(JSON.stringify(built))
    const type = built === bytes ? OPENAPI_PROTOBUF : 'application/json'
    made = { type, bytes, hash: createHash('sha512').update(bytes).digest('hex').toUpperCase() }
    cached.documents.set(name, made)
  }
  return made
}

/** "api/v1" or "apis/apps/v1". */
function documentName({ group, version }: Resource): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`
}

function resourcesOf(registry: Registry, name: string): Resource[] {
  return [...registry.all()].filter((resource) => documentName(resource) === name)
}

function index(registry: Registry): unknown {
  const names = [...new Set([...registry.all()].map(documentName))].sort()
  const paths = names.map((name) => {
    const { hash } = document(registry, name, () => groupDocument(resourcesOf(registry, name)))
    return [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }]
  })
  return { paths: Object.fromEntries(paths) }
}

function groupDocument(resources: readonly Resource[]): unknown {
  return {
    openapi: '3.0.0',
    info: INFO,
    paths: pathsOf(resources, 'v3'),
    components: { schemas: schemas(resources, 'v3') },
  }
}

function swagger(registry: Registry): Readonly<Record<string, unknown>> {
  const resources = [...registry.all()]
  return { swagger: '2.0', info: INFO, paths: pathsOf(resources, 'v2'), definitions: schemas(resources, 'v2') }
}

function pathsOf(resources: readonly Resource[], style: RefStyle): Record<string, unknown> {
  return Object.assign({}, ...resources.map((resource) => resourcePaths(resource, style)))
}

function schemas(resources: readonly Resource[], style: RefStyle): Record<string, Schema> {
  const roots = resources.flatMap(({ type }) => (type === '' ? [] : [type, `${type}List`]))
  return { ...schemasOf([...roots, ...OPTION_TYPES], style), ...customSchemas(resources) }
}

/** Custom resources bring their schema; metadata is said to be an object only. */
function customSchemas(resources: readonly Resource[]): Record<string, Schema> {
  const custom = resources.filter(({ type }) => type === '')
  return Object.fromEntries(
    custom.map(({ group, version, kind, schema }) => [
      `${group.split('.').reverse().join('.')}.${version}.${kind}`,
      {
        type: 'object',
        ...(schema as Schema | undefined),
        'x-kubernetes-group-version-kind': [{ group, version, kind }],
      },
    ]),
  )
}
