import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addQuantities,
  canonicalText,
  compareQuantities,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  subtractQuantities,
} from './quantity.ts'

const text = fc
  .tuple(
    fc.integer({ min: -1_000_000, max: 1_000_000 }),
    fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3'),
  )
  .map(([amount, suffix]) => `${amount}${suffix}`)

describe('quantities', () => {
  it('have one canonical text, which means the same', () => {
    fc.assert(
      fc.property(text, (given) => {
        const canonical = canonicalText(parseQuantity(given))
        expect(compareQuantities(parseQuantity(canonical), parseQuantity(given))).toBe(0)
      }),
    )
  })

  it('add and subtract exactly', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [x, y] = [parseQuantity(a), parseQuantity(b)]
        expect(compareQuantities(subtractQuantities(addQuantities(x, y), y), x)).toBe(0)
        expect(compareQuantities(addQuantities(x, y), addQuantities(y, x))).toBe(0)
      }),
    )
  })

  it('round up to whole and milli units', () => {
    expect(quantityMilliValue(parseQuantity('0.1'))).toBe(100)
    expect(quantityValue(parseQuantity('1500m'))).toBe(2)
    expect(quantityValue(parseQuantity('1.5Gi'))).toBe(1610612736)
  })
})
