import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatView, HOME, parseView } from './view-state.ts'

test('an address names cluster, section and everything chosen', () => {
  const view = {
    ...HOME,
    cluster: 'dev',
    section: 'pods',
    namespace: 'shop',
    selected: 'shop/web-1',
    tab: 'yaml',
  } as const
  expect(formatView(view)).toBe('#/dev/pods?ns=shop&show=shop/web-1&tab=yaml')
})

test('a section without a chosen cluster is kept', () => {
  expect(parseView(formatView({ ...HOME, section: 'nodes' }))).toEqual({ ...HOME, section: 'nodes' })
})

test.each(['', '#', '#/', '#/%zz', '#/dev/pods?tab=nonsense'])('%j is read without failing', (hash) => {
  expect(parseView(hash).tab).toBe('overview')
})

test('whatever is chosen comes back from its address', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 })
  const view = fc.record({
    cluster: fc.option(text, { nil: undefined }),
    section: text,
    namespace: fc.string(),
    filter: fc.string(),
    sort: fc.string(),
    selected: text,
    tab: fc.constantFrom('overview', 'events', 'yaml'),
  })
  fc.assert(
    fc.property(view, (one) => {
      expect(parseView(formatView(one))).toEqual(one)
    }),
  )
})
