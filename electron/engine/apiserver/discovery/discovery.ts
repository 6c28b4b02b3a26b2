import { resourceFacts } from '../registry/facts.ts'
import type { Registry } from '../registry/registry.ts'
import type { Resource } from '../registry/resource.ts'

interface GroupVersionEntry {
  readonly groupVersion: string
  readonly version: string
}

export interface ApiGroup {
  readonly kind?: 'APIGroup'
  readonly apiVersion?: 'v1'
  readonly name: string
  readonly versions: readonly GroupVersionEntry[]
  readonly preferredVersion: GroupVersionEntry
}

/** GET /api. */
export function apiVersions(): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
  }
}

/** GET /apis: in the order of aggregated discovery, custom groups after the built-in ones. */
export function apiGroupList(registry: Registry): { kind: string; apiVersion: string; groups: readonly ApiGroup[] } {
  const groups = groupNames(registry).map((name) => group(registry, name))
  return { kind: 'APIGroupList', apiVersion: 'v1', groups }
}

export function groupNames(registry: Registry): string[] {
  const served = new Set([...registry.all()].map((resource) => resource.group))
  const builtIn = resourceFacts.groups.map((fact) => fact.group).filter((name) => name !== '' && served.has(name))
  const custom = [...served].filter((name) => name !== '' && !builtIn.includes(name))
  return [...builtIn, ...custom.sort()]
}

/** A group's served versions, the preferred one first. */
export function groupVersions(registry: Registry, name: string): string[] {
  const versions = new Set([...registry.all()].filter(({ group: own }) => own === name).map(({ version }) => version))
  const fact = resourceFacts.groups.find((entry) => entry.group === name)
  const known = (fact?.versions ?? []).map(({ v }) => v).filter((version) => versions.has(version))
  const rest = [...versions].filter((version) => !known.includes(version))
  return [...known, ...rest.sort(newerFirst)]
}

/** version.CompareKubeAwareVersionStrings: v2 before v1, v1 before v1beta1. */
function newerFirst(left: string, right: string): number {
  const rank = (version: string): number[] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
    if (match === null) return [0, 0, 0]
    const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1
    return [stage, Number(match[1]), Number(match[3] ?? 0)]
  }
  const a = rank(left)
  const b = rank(right)
  for (let at = 0; at < 3; at++) if (a[at] !== b[at]) return (b[at] ?? 0) - (a[at] ?? 0)
  return left < right ? -1 : 1
}

function group(registry: Registry, name: string): ApiGroup {
  const versions = groupVersions(registry, name).map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions, preferredVersion: versions[0] as GroupVersionEntry }
}

export function apiGroup(registry: Registry, name: string): ApiGroup {
  return { kind: 'APIGroup', apiVersion: 'v1', ...group(registry, name) }
}

/** GET /api/v1 or /apis/GROUP/VERSION; undefined when that is not served. */
export function apiResourceList(registry: Registry, name: string, version: string): unknown {
  const resources = [...registry.all()].filter((resource) => resource.group === name && resource.version === version)
  if (resources.length === 0) return undefined
  const groupVersion = name === '' ? version : `${name}/${version}`
  const entries = resources.flatMap(resourceEntries)
  entries.sort((left, right) => (left.name < right.name ? -1 : 1))
  return { kind: 'APIResourceList', ...(name === '' ? {} : { apiVersion: 'v1' }), groupVersion, resources: entries }
}

function resourceEntries(resource: Resource) {
  const own = {
    name: resource.resource,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: [...resource.verbs].sort(),
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(resource.storageVersionHash ? { storageVersionHash: resource.storageVersionHash } : {}),
  }
  const subresources = [...resource.subresources.values()].map((sub) => ({
    name: `${resource.resource}/${sub.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(sub.group === resource.group && sub.version === resource.version
      ? {}
      : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: [...sub.verbs].sort(),
  }))
  return [own, ...subresources]
}
