import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatIndexes, parseIndexes } from './indexes.ts'

test('indexes are written as ranges', () => {
  expect(formatIndexes([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7,8')
})

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(200)), (indexes) => {
      expect(parseIndexes(formatIndexes(indexes))).toEqual(new Set([...indexes].sort((a, b) => a - b)))
    }),
  )
})
