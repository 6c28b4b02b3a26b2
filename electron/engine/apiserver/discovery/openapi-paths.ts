import type { Resource } from '../registry/resource.ts'
import type { RefStyle } from './openapi-schemas.ts'

type Json = Record<string, unknown>

const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation']
const LIST_PARAMETERS = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
]
const TYPES: Readonly<Record<string, string>> = {
  allowWatchBookmarks: 'boolean',
  sendInitialEvents: 'boolean',
  watch: 'boolean',
  force: 'boolean',
  orphanDependents: 'boolean',
  limit: 'integer',
  timeoutSeconds: 'integer',
  gracePeriodSeconds: 'integer',
}
const DELETE_PARAMETERS = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy']
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

/** The operations of a resource and its subresources, by path. */
export function resourcePaths(resource: Resource, style: RefStyle): Record<string, Json> {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.groupVersion}`
  const base = resource.namespaced ? `${root}/namespaces/{namespace}` : root
  const collection = `${base}/${resource.resource}`
  const paths: Record<string, Json> = {}
  const add = (path: string, method: string, operation: Json) => {
    const entry = paths[path] ?? { parameters: pathParameters(path, style) }
    entry[method] = operation
    paths[path] = entry
  }
  const { verbs } = resource
  const make = (action: string, parameters: readonly string[]) => operation(resource, { action, parameters, style })
  if (verbs.has('list')) add(collection, 'get', make('list', LIST_PARAMETERS))
  if (verbs.has('list') && resource.namespaced)
    add(`${root}/${resource.resource}`, 'get', make('list', LIST_PARAMETERS))
  if (verbs.has('create')) add(collection, 'post', make('post', WRITE_PARAMETERS))
  if (verbs.has('deletecollection')) {
    add(collection, 'delete', make('deletecollection', [...LIST_PARAMETERS, ...DELETE_PARAMETERS]))
  }
  const item = `${collection}/{name}`
  if (verbs.has('get')) add(item, 'get', make('get', []))
  if (verbs.has('update')) add(item, 'put', make('put', WRITE_PARAMETERS))
  if (verbs.has('patch')) add(item, 'patch', make('patch', [...WRITE_PARAMETERS, 'force']))
  if (verbs.has('delete')) add(item, 'delete', make('delete', DELETE_PARAMETERS))
  for (const sub of resource.subresources.values()) {
    const path = `${item}/${sub.name}`
    const makeSub = (action: string, parameters: readonly string[]) =>
      operation(resource, { action, parameters, style, kind: sub })
    if (sub.verbs.has('get')) add(path, 'get', makeSub('get', []))
    if (sub.verbs.has('create')) add(path, 'post', makeSub('post', WRITE_PARAMETERS))
    if (sub.verbs.has('update')) add(path, 'put', makeSub('put', WRITE_PARAMETERS))
    if (sub.verbs.has('patch')) add(path, 'patch', makeSub('patch', [...WRITE_PARAMETERS, 'force']))
  }
  return paths
}

interface OperationInput {
  readonly action: string
  readonly parameters: readonly string[]
  readonly style: RefStyle
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string }
}

function operation(resource: Resource, { action, parameters, style, kind = resource }: OperationInput): Json {
  const ref = { $ref: `#/${style === 'v3' ? 'components/schemas' : 'definitions'}/${resource.type}` }
  const typed = resource.type !== '' && kind.kind === resource.kind
  const schema = typed ? ref : { type: 'object' }
  const content = { 'application/json': { schema }, 'application/yaml': { schema } }
  const body = action === 'post' || action === 'put' || action === 'patch'
  const patch = Object.fromEntries(PATCH_TYPES.map((type) => [type, { schema: { type: 'object' } }]))
  const answer = style === 'v3' ? { description: 'OK', content } : { description: 'OK', schema }
  return {
    tags: [(resource.group || 'core').replace(/\.k8s\.io$/, '')],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
    parameters: parameters.map((name) => queryParameter(name, style)),
    ...(body && style === 'v3'
      ? { requestBody: { content: action === 'patch' ? patch : content, required: true } }
      : {}),
    responses: { '200': answer, '401': { description: 'Unauthorized' } },
  }
}

function queryParameter(name: string, style: RefStyle): Json {
  const type = TYPES[name] ?? 'string'
  return style === 'v3'
    ? { name, in: 'query', schema: { type, uniqueItems: true } }
    : { name, in: 'query', type, uniqueItems: true }
}

function pathParameters(path: string, style: RefStyle): Json[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
  return names.map((name) =>
    style === 'v3'
      ? { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } }
      : { name, in: 'path', required: true, type: 'string', uniqueItems: true },
  )
}
