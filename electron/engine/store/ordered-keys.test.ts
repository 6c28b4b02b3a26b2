import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OrderedKeys } from './ordered-keys.ts'

const key = fc.nat(9999).map((number) => `ns-${number % 7}/object-${number}`)
/** Keys as they may come: any, or thousands in their order, so that many pieces are made. */
const run = fc.record({ from: fc.nat(5000), count: fc.nat(3000), step: fc.constantFrom(1, -1) })
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constantFrom('add' as const, 'delete' as const), keys: fc.array(key, { maxLength: 50 }) }),
    fc.record({
      do: fc.constantFrom('add' as const, 'delete' as const),
      keys: run.map(({ from, count, step }) =>
        Array.from({ length: count }, (_, at) => `ns-3/object-${String(from + step * at).padStart(5, '0')}`),
      ),
    }),
  ),
  { maxLength: 8 },
)

test('holds what was added and not removed, in order, and answers any range of it', () => {
  fc.assert(
    fc.property(steps, key, key, (script, from, to) => {
      const ordered = new OrderedKeys()
      const model = new Set<string>()
      for (const step of script) {
        for (const each of step.keys) {
          ordered[step.do](each)
          model[step.do](each)
        }
      }
      const sorted = [...model].sort((a, b) => (a < b ? -1 : 1))
      expect(ordered.range()).toEqual(sorted)
      expect(ordered.range(from, to)).toEqual(sorted.filter((each) => each >= from && each < to))
      expect(ordered.range('ns-3/', 'ns-30')).toEqual(sorted.filter((each) => each.startsWith('ns-3/')))
    }),
    { numRuns: 60 },
  )
})
