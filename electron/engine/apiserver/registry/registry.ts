import { Emitter, type Event } from '../../../../shared/lang/emitter.ts'
import { strategies } from '../kinds/strategies.ts'
import type { KindStrategy } from '../kinds/strategy.ts'
import { conversions } from './conversions.ts'
import { type ResourceFact, resourceFacts } from './facts.ts'
import { qualifiedName, type Resource, type Subresource } from './resource.ts'

/** Which version of a resource with several served ones is stored, and where a second group shares the storage. */
const STORED_AS: Readonly<Record<string, string>> = {
  'autoscaling/v1/horizontalpodautoscalers': 'autoscaling/v2/horizontalpodautoscalers',
  'events.k8s.io/v1/events': 'v1/events',
}

/**
 * Every served resource.
 * - Built-in resources come from the facts, custom ones are added and removed at run time.
 * - `revision` changes with every addition and removal: discovery and OpenAPI documents are cached under it.
 */
export interface Registry {
  readonly revision: number
  readonly onChange: Event<void>
  find(group: string, version: string, resource: string): Resource | undefined
  findKind(group: string, version: string, kind: string): Resource | undefined
  hasGroup(group: string): boolean
  hasVersion(group: string, version: string): boolean
  all(): Iterable<Resource>
  add(resource: Resource): void
  remove(resource: Resource): void
}

export function createRegistry(): Registry {
  const byPath = new Map<string, Resource>()
  const byKind = new Map<string, Resource>()
  const changes = new Emitter<void>()
  let revision = 1
  const put = (resource: Resource) => {
    byPath.set(`${resource.group}/${resource.version}/${resource.resource}`, resource)
    byKind.set(`${resource.group}/${resource.version}/${resource.kind}`, resource)
  }
  for (const resource of builtInResources()) put(resource)
  const some = (test: (resource: Resource) => boolean) => [...byPath.values()].some(test)
  return {
    get revision() {
      return revision
    },
    onChange: changes.event,
    find: (group, version, resource) => byPath.get(`${group}/${version}/${resource}`),
    findKind: (group, version, kind) => byKind.get(`${group}/${version}/${kind}`),
    hasGroup: (group) => some((resource) => resource.group === group),
    hasVersion: (group, version) => some((resource) => resource.group === group && resource.version === version),
    all: () => byPath.values(),
    add(resource) {
      put(resource)
      revision++
      changes.emit()
    },
    remove(resource) {
      byPath.delete(`${resource.group}/${resource.version}/${resource.resource}`)
      byKind.delete(`${resource.group}/${resource.version}/${resource.kind}`)
      revision++
      changes.emit()
    },
  }
}

function builtInResources(): Resource[] {
  const made = new Map<string, Resource>()
  const served = resourceFacts.resources.filter((fact) => fact.default)
  for (const fact of served)
    if (!(`${fact.gv}/${fact.r}` in STORED_AS)) made.set(`${fact.gv}/${fact.r}`, fromFact(fact))
  for (const fact of served) {
    const storedAs = STORED_AS[`${fact.gv}/${fact.r}`]
    if (storedAs !== undefined) made.set(`${fact.gv}/${fact.r}`, fromFact(fact, made.get(storedAs)))
  }
  return served.map((fact) => made.get(`${fact.gv}/${fact.r}`) as Resource)
}

export function splitGroupVersion(groupVersion: string): [group: string, version: string] {
  const slash = groupVersion.indexOf('/')
  return slash < 0 ? ['', groupVersion] : [groupVersion.slice(0, slash), groupVersion.slice(slash + 1)]
}

function fromFact(fact: ResourceFact, storage?: Resource): Resource {
  const [group, version] = splitGroupVersion(fact.gv)
  const qualified = qualifiedName(group, fact.r)
  const strategy: KindStrategy = strategies[`${fact.gv}/${fact.kind}`] ?? {}
  const resource: Omit<Resource, 'storage'> & { storage?: Resource } = {
    group,
    version,
    groupVersion: fact.gv,
    resource: fact.r,
    kind: fact.kind,
    listKind: fact.list ?? `${fact.kind}List`,
    singular: fact.sing,
    namespaced: fact.ns,
    shortNames: fact.short ?? [],
    categories: fact.cat ?? [],
    verbs: new Set(fact.verbs),
    subresources: new Map(Object.entries(fact.sub ?? {}).map(([name, sub]) => [name, subresource(name, sub)])),
    storageVersionHash: fact.svh ?? '',
    type: fact.type,
    reset: fact.reset ?? {},
    strategy,
    storageKey: storage?.storageKey ?? qualified,
    qualified,
    conversion: conversions[`${fact.gv}/${fact.kind}`],
  }
  resource.storage = storage ?? (resource as Resource)
  return resource as Resource
}

function subresource(name: string, sub: { gvk: string; verbs: readonly string[] }): Subresource {
  const slash = sub.gvk.lastIndexOf('/')
  const [group, version] = splitGroupVersion(sub.gvk.slice(0, slash))
  return { name, group, version, kind: sub.gvk.slice(slash + 1), verbs: new Set(sub.verbs) }
}
