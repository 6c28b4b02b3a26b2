/**
 * Fields where an empty object and none mean the same: maps, and structs that are always there, if only empty. Unlike
 * optional objects such as `emptyDir: {}`, which say something by being there.
 */
const EMPTY_IS_ABSENT = new Set([
  'labels',
  'annotations',
  'nodeSelector',
  'limits',
  'requests',
  'matchLabels',
  'metadata',
  'spec',
  'status',
  'resources',
])

/** Equality of API values: absent, null, an empty list and an empty map or struct are the same. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  return equal(a, b, '')
}

function equal(a: unknown, b: unknown, field: string): boolean {
  if (a === b || (isNothing(a, field) && isNothing(b, field))) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => equal(item, b[index], ''))
  }
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  for (const key in left) if (!equal(left[key], right[key], key)) return false
  for (const key in right) if (!(key in left) && !isNothing(right[key], key)) return false
  return true
}

function isNothing(value: unknown, field: string): boolean {
  if (value === undefined || value === null) return true
  if (Array.isArray(value)) return value.length === 0
  return EMPTY_IS_ABSENT.has(field) && typeof value === 'object' && Object.keys(value).length === 0
}
