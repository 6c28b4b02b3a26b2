import { type JsonObject, NumberText } from './json-text.ts'

/** JSON values as Go's server holds them: for comparing and printing them as it does. */

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)
}

/** The kind that reflect.TypeOf tells apart. */
export function kindOfJson(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'list'
  if (value instanceof NumberText) return /^-?[0-9]+$/.test(value.text) ? 'int' : 'float'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return typeof value === 'object' ? 'map' : typeof value
}

/** Go's == on interface values: an integer never equals a float. */
export function sameScalar(a: unknown, b: unknown): boolean {
  if (a === b) return true
  return a instanceof NumberText && b instanceof NumberText && a.text === b.text
}

export function deepEqual(a: unknown, b: unknown): boolean {
  if (sameScalar(a, b)) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => deepEqual(item, b[i]))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  let keys = 0
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !deepEqual(a[key], b[key])) return false
    keys++
  }
  return keys === Object.keys(b).length
}

/** fmt's %v. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (value instanceof NumberText) return value.text
  if (!isJsonObject(value)) return String(value)
  const keys = Object.keys(value).sort()
  return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`
}
