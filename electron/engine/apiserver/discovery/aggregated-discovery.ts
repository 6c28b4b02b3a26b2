import { createHash } from 'node:crypto'
import type { Registry } from '../registry/registry.ts'
import type { Resource, Subresource } from '../registry/resource.ts'
import { groupNames, groupVersions } from './discovery.ts'

interface Document {
  readonly bytes: Buffer
  readonly etag: string
}

const cache = new WeakMap<Registry, { revision: number; documents: Map<string, Document> }>()

/** apidiscovery.k8s.io/v2 of the core group (/api) or of all others (/apis), made once for each registry revision. */
export function aggregatedDiscovery(registry: Registry, which: 'core' | 'groups'): Document {
  let cached = cache.get(registry)
  if (cached === undefined || cached.revision !== registry.revision) {
    cached = { revision: registry.revision, documents: new Map() }
    cache.set(registry, cached)
  }
  let document = cached.documents.get(which)
  if (document === undefined) {
    document = build(registry, which === 'core' ? [''] : groupNames(registry))
    cached.documents.set(which, document)
  }
  return document
}

function build(registry: Registry, groups: readonly string[]): Document {
  const items = groups.map((name) => ({
    metadata: name === '' ? {} : { name },
    versions: groupVersions(registry, name).map((version) => ({
      version,
      resources: resourcesOf(registry, name, version),
      freshness: 'Current',
    })),
  }))
  const value = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
  const etag = `"${createHash('sha512').update(bytes).digest('hex').toUpperCase()}"`
  return { bytes, etag }
}

function resourcesOf(registry: Registry, group: string, version: string): unknown[] {
  const resources = [...registry.all()].filter((resource) => resource.group === group && resource.version === version)
  resources.sort((left, right) => (left.resource < right.resource ? -1 : 1))
  return resources.map(resourceEntry)
}

function resourceEntry(resource: Resource): unknown {
  const subresources = [...resource.subresources.values()]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map((sub) => subresourceEntry(resource, sub))
  return {
    resource: resource.resource,
    responseKind: { group: '', version: '', kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: [...resource.verbs].sort(),
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  }
}

function subresourceEntry(resource: Resource, sub: Subresource): unknown {
  const same = sub.group === resource.group && sub.version === resource.version
  const { group, version } = same ? { group: '', version: '' } : sub
  return { subresource: sub.name, responseKind: { group, version, kind: sub.kind }, verbs: [...sub.verbs].sort() }
}
