import { expect, test } from 'vitest'
import { fuzzyFind } from './fuzzy.ts'

const find = (query: string, ...items: string[]) => fuzzyFind(query, items, { text: (item) => item, limit: 10 })

test('finds letters in their order, starts of words and whole matches first', () => {
  expect(find('wb', 'web', 'worker blue', 'nothing')).toEqual(['worker blue', 'web'])
  expect(find('pods', 'Deployments', 'slow pods', 'Pods')).toEqual(['Pods', 'slow pods'])
})

test('shows everything for an empty query, and nothing for what is not there', () => {
  expect(find(' ', 'b', 'a')).toEqual(['b', 'a'])
  expect(find('xyz', 'a', 'b')).toEqual([])
})
