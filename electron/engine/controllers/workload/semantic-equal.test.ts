import { expect, test } from 'vitest'
import { semanticEqual } from './semantic-equal.ts'

test('what means nothing may be there or not', () => {
  expect(semanticEqual({ a: 1, labels: {}, list: [], gone: null }, { a: 1 })).toBe(true)
  expect(semanticEqual({ resources: {} }, {})).toBe(true)
  expect(semanticEqual({ a: [{ b: 1 }] }, { a: [{ b: 1, args: [] }] })).toBe(true)
})

test('an optional object says something by being there', () => {
  expect(semanticEqual({ emptyDir: {} }, {})).toBe(false)
  expect(semanticEqual({ a: '' }, {})).toBe(false)
  expect(semanticEqual({ a: [1, 2] }, { a: [2, 1] })).toBe(false)
  expect(semanticEqual({ labels: { a: '1' } }, { labels: {} })).toBe(false)
})
