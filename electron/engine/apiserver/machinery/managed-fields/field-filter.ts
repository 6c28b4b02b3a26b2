import { FieldSet } from './field-set.ts'

/** Keeps the fields that a strategy resets out of ownership. */
export type FieldFilter = (set: FieldSet) => FieldSet

/**
 * From a strategy's reset fields: dotted paths that are left out with everything below, or, written "+path", the only ones
 * that are kept.
 */
export function resetFilter(resetFields: readonly string[] | null | undefined): FieldFilter | undefined {
  if (resetFields === undefined || resetFields === null || resetFields.length === 0) return undefined
  const included = resetFields.filter((path) => path.startsWith('+')).map((path) => elementsOf(path.slice(1)))
  if (included.length > 0) return (set) => included.reduce((kept, path) => kept.union(only(set, path)), new FieldSet())
  const excluded = new FieldSet()
  for (const path of resetFields) excluded.insert(elementsOf(path))
  return (set) => set.difference(excluded, true)
}

function elementsOf(path: string): string[] {
  return path.split('.').map((name) => `f:${name}`)
}

/** The part of the set at and below a path. */
function only(set: FieldSet, path: readonly string[]): FieldSet {
  const [first, ...rest] = path
  if (first === undefined) return set
  const child = set.children.get(first)
  const kept = child === undefined ? undefined : only(child, rest)
  return new FieldSet(
    set.members.has(first) && rest.length === 0 ? new Set([first]) : new Set(),
    kept === undefined || kept.isEmpty ? new Map() : new Map([[first, kept]]),
  )
}
