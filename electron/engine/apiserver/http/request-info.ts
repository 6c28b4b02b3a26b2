import type { Registry } from '../registry/registry.ts'
import type { Resource } from '../registry/resource.ts'

/** A request path that names a served resource. */
export interface ResourcePath {
  readonly resource: Resource
  readonly namespace: string
  /** "" for the collection. */
  readonly name: string
  readonly subresource: string
  /** The rest of a proxy's path, with its leading slash; "" elsewhere. */
  readonly rest: string
  /** True for the deprecated .../watch/... paths. */
  readonly watch: boolean
}

export type Route =
  | { readonly type: 'resource'; readonly at: ResourcePath }
  /** Below a served group, but nothing there: 404 as a Status. */
  | { readonly type: 'missing' }
  /** Not an API path: discovery, health, OpenAPI, or nothing at all. */
  | { readonly type: 'other' }

const MISSING: Route = { type: 'missing' }
const OTHER: Route = { type: 'other' }

/** Kubernetes' path templates: /api/v1 or /apis/GROUP/VERSION, then [namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]. */
export function routePath(registry: Registry, path: string): Route {
  const parts = path.split('/')
  const start = parts[1] === 'api' ? 3 : parts[1] === 'apis' ? 4 : 0
  if (start === 0 || parts.length <= start || (parts.length === start + 1 && parts[start] === '')) return OTHER
  const group = start === 3 ? '' : (parts[2] as string)
  const version = parts[start - 1] as string
  if (start === 4 && !registry.hasGroup(group)) return OTHER
  let rest = parts.slice(start)
  const watch = rest[0] === 'watch'
  if (watch) rest = rest.slice(1)
  if (rest.at(-1) === '') rest.pop()
  if (rest.includes('') && !rest.includes('proxy')) return MISSING
  const at = resolve(registry, { group, version }, rest.map(decode))
  return at === undefined ? MISSING : { type: 'resource', at: { ...at, watch } }
}

function resolve(
  registry: Registry,
  { group, version }: { group: string; version: string },
  parts: readonly string[],
): Omit<ResourcePath, 'watch'> | undefined {
  const inNamespace = parts[0] === 'namespaces' && parts.length >= 3
  if (inNamespace) {
    const resource = registry.find(group, version, parts[2] as string)
    if (resource?.namespaced) return named(resource, parts[1] as string, parts.slice(3))
    if (group !== '' || !isNamespaceSubresource(registry, version, parts)) return undefined
  }
  const resource = registry.find(group, version, parts[0] as string)
  if (resource === undefined) return undefined
  if (resource.namespaced && parts.length > 1) return undefined
  return named(resource, '', parts.slice(1))
}

function isNamespaceSubresource(registry: Registry, version: string, parts: readonly string[]): boolean {
  return registry.find('', version, 'namespaces')?.subresources.has(parts[2] as string) ?? false
}

function named(
  resource: Resource,
  namespace: string,
  [name = '', subresource = '', ...rest]: readonly string[],
): Omit<ResourcePath, 'watch'> | undefined {
  if (subresource !== '' && !resource.subresources.has(subresource)) return undefined
  if (rest.length > 0 && subresource !== 'proxy') return undefined
  if (name.includes('/')) return undefined
  return { resource, namespace, name, subresource, rest: rest.length > 0 ? `/${rest.join('/')}` : '' }
}

function decode(part: string): string {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
