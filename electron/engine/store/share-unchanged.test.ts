import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shareUnchanged } from './share-unchanged.ts'

const json = () => fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as unknown)
const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(Object.freeze(value))) frozen(inner)
  return value
}

test('what it answers is what was given, whatever came before', () => {
  fc.assert(
    fc.property(json(), json(), (next, before) => {
      expect(shareUnchanged(frozen(next), frozen(before))).toEqual(next)
    }),
  )
})

test('an equal value is the former one itself', () => {
  fc.assert(
    fc.property(json(), (value) => {
      expect(shareUnchanged(structuredClone(value), value)).toBe(value)
    }),
  )
})

test('parts that did not change are shared, those around a change are not', () => {
  const before = { spec: { containers: [{ name: 'a' }, { name: 'b' }] }, status: { phase: 'Pending', ip: '' } }
  const next = structuredClone({ ...before, status: { phase: 'Running', ip: '' } })
  const shared = shareUnchanged(next, before)
  expect(shared.spec).toBe(before.spec)
  expect(shared.status).toEqual({ phase: 'Running', ip: '' })
  const longer = shareUnchanged({ spec: { containers: [{ name: 'a' }, { name: 'c' }, { name: 'd' }] } }, before)
  expect(longer.spec.containers[0]).toBe(before.spec.containers[0])
  expect(longer.spec.containers.map(({ name }) => name)).toEqual(['a', 'c', 'd'])
})

test('a member that went away is gone, one that is undefined was never there', () => {
  const before = { labels: { a: '1', b: '2' } }
  expect(shareUnchanged({ labels: { a: '1' } }, before)).toEqual({ labels: { a: '1' } })
  expect(shareUnchanged({ labels: {} }, { labels: { toString: '1' } })).toEqual({ labels: {} })
  expect(shareUnchanged({ labels: { a: '1', b: '2' }, spec: undefined }, before)).toBe(before)
})
