import { expect, it } from 'vitest'
import { LruMap } from './lru-map.ts'

it('keeps the entries used last and forgets the others', () => {
  const map = new LruMap<number>(3)
  for (let n = 0; n < 100; n++) {
    map.set(`key-${n}`, n)
    map.get('key-0')
  }
  expect(['key-0', 'key-99', 'key-98'].map((key) => map.get(key))).toEqual([0, 99, 98])
  const kept = Array.from({ length: 100 }, (_, n) => map.get(`key-${n}`)).filter((value) => value !== undefined)
  expect(kept.length).toBeLessThanOrEqual(6)
})

it('shows the newest value of a key, and none once it is deleted', () => {
  const map = new LruMap<string>(1)
  map.set('a', 'first')
  map.set('b', 'other')
  map.set('a', 'second')
  expect(map.get('a')).toBe('second')
  map.delete('a')
  expect(map.get('a')).toBeUndefined()
})
