import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Resource } from './resource.ts'

/** Which objects of a list or watch are wanted; undefined: all. The object is in the storage version. */
export type Selection = ((object: KubeObject) => boolean) | undefined

export function createSelection(
  _resource: Resource,
  selectors: { readonly labelSelector?: string | undefined; readonly fieldSelector?: string | undefined },
): Selection {
  const { labelSelector, fieldSelector } = selectors
  if (!labelSelector && !fieldSelector) return undefined
  const labels = pairs(labelSelector)
  const fields = pairs(fieldSelector)
  return (object) =>
    labels.every(([key, value]) => object.metadata.labels?.[key] === value) &&
    fields.every(([key, value]) => fieldValue(object, key) === value)
}

function pairs(selector: string | undefined): [string, string][] {
  return (selector ?? '')
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split(/==?/) as [string, string])
}

function fieldValue(object: KubeObject, path: string): unknown {
  let value: unknown = object
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
  return value ?? ''
}
