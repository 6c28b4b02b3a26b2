import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cloneJson, equalJson, semanticallyEqual } from './json-value.ts'

const json = () => fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as unknown)

test('a value equals its copy, and no other', () => {
  fc.assert(
    fc.property(json(), json(), (value, other) => {
      expect(equalJson(value, cloneJson(value))).toBe(true)
      expect(semanticallyEqual(value, cloneJson(value))).toBe(true)
      expect(equalJson(value, other)).toBe(shape(value) === shape(other))
    }),
  )
})

test.each(['toString', 'constructor', 'hasOwnProperty', '__proto__'])('a member %s is not nothing', (name) => {
  const labels = Object.fromEntries([[name, 'x']])
  expect([equalJson({}, labels), equalJson(labels, {})]).toEqual([false, false])
  expect([semanticallyEqual({}, labels), semanticallyEqual(labels, {})]).toEqual([false, false])
})

test('an absent member equals an undefined one; for Kubernetes empty lists and absent ones are the same', () => {
  expect(equalJson({ a: 1, b: undefined }, { a: 1 })).toBe(true)
  expect(equalJson({ a: 1 }, { a: 1, b: undefined })).toBe(true)
  expect(equalJson({ list: [] }, {})).toBe(false)
  expect(semanticallyEqual({ list: [] }, {})).toBe(true)
})

/** Text that is the same for equal values only. */
const shape = (value: unknown) => JSON.stringify(sorted(value))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return ['members', ...members.map(([name, member]) => [name, sorted(member)])]
}
