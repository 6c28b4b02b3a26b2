import type { KubeObject } from '../../../../shared/api/object.ts'
import { zeroObject } from '../machinery/convert.ts'
import { objectType } from '../machinery/schema.ts'
import { cloneJson } from './json-value.ts'
import type { Resource } from './resource.ts'

type Members = Record<string, unknown>

/** Go writes an empty status struct as {}; the types whose status is a pointer leave it out. */
function zeroStatus(resource: Resource): unknown {
  return resource.type === '' ? undefined : zeroObject(objectType(resource.type)).status
}

/** A node registers itself with its status. */
const KEEP_STATUS: ReadonlySet<string> = new Set(['nodes'])

/** What strategies reset in PrepareForCreate: by the facts' paths, mostly `status`. */
export function resetOnCreate(resource: Resource, object: KubeObject): void {
  for (const path of resource.reset[''] ?? []) {
    if (path !== 'status' || KEEP_STATUS.has(resource.storageKey)) continue
    const members = object as unknown as Members
    const zero = zeroStatus(resource)
    if (zero === undefined) delete members.status
    else members.status = zero
  }
}

/**
 * What strategies reset in PrepareForUpdate: paths that a write through this subresource may not change come from the
 * old object. Through `status` of kinds whose facts name `metadata`, Kubernetes keeps only what managed fields need,
 * so everything but managedFields and the version comes from the old one.
 */
export function resetOnUpdate(resource: Resource, object: KubeObject, old: KubeObject, subresource: string): void {
  for (const path of resource.reset[subresource] ?? []) {
    if (path.startsWith('+') || isFieldManagersOnly(resource, path)) continue
    if (path === 'metadata') restoreMetadata(object, old)
    else restore(object as unknown as Members, old as unknown as Members, path.split('.'))
  }
}

/** Conditions of these are owned through another subresource, but written here too. */
function isFieldManagersOnly({ storageKey }: Resource, path: string): boolean {
  return storageKey === 'certificatesigningrequests.certificates.k8s.io' && path === 'status.conditions'
}

function restoreMetadata(object: KubeObject, old: KubeObject): void {
  const { managedFields, resourceVersion } = object.metadata
  object.metadata = cloneJson(old.metadata)
  if (managedFields) object.metadata.managedFields = managedFields
  if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion
}

function restore(target: Members, source: Members | undefined, path: readonly string[]): void {
  const [name, ...rest] = path as [string, ...string[]]
  if (rest.length > 0) {
    const next = target[name]
    if (typeof next === 'object' && next !== null) restore(next as Members, source?.[name] as Members | undefined, rest)
    return
  }
  const value = source?.[name]
  if (value === undefined) delete target[name]
  else target[name] = cloneJson(value)
}
