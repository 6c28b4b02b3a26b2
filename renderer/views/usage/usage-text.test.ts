import { expect, test } from 'vitest'
import { amountText, topText, type UsedResource, usedText } from './usage-text.ts'

const MIB = 1024 ** 2

test.each<[UsedResource, number, string]>([
  ['cpu', 0, '0m'],
  ['cpu', 0.2, '1m'],
  ['cpu', 12, '12m'],
  ['cpu', 12.000000000001, '12m'],
  ['cpu', 1_250.4, '1251m'],
  ['memory', 0, '0Mi'],
  ['memory', 34.9 * MIB, '34Mi'],
  ['memory', 2_048 * MIB, '2048Mi'],
])('kubectl top says of %s %d: %s', (resource, amount, expected) => {
  expect(topText(resource, amount)).toBe(expected)
})

test.each<[UsedResource, number, string, string]>([
  ['cpu', 84, '0.08', '0.08'],
  ['cpu', 4_000, '4.00', '4'],
  ['cpu', 3_920, '3.92', '3.92'],
  ['memory', 612.4 * MIB, '612Mi', '612Mi'],
  ['memory', 8_192 * MIB, '8.0Gi', '8Gi'],
  ['memory', 7_782 * MIB, '7.6Gi', '7.6Gi'],
])('of large things, %s %d is %s when taken and %s when given', (resource, amount, used, given) => {
  expect([usedText(resource, amount), amountText(resource, amount)]).toEqual([used, given])
})
