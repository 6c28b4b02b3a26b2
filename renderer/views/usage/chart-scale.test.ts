import { expect, test } from 'vitest'
import { spanMinutes, valueScale } from './chart-scale.ts'
import { topText, type UsedResource } from './usage-text.ts'

const MIB = 1024 ** 2

test.each<[string, UsedResource, number, number[], string]>([
  ['nothing is taken', 'cpu', 0, [], '10m by 5m'],
  ['little is taken', 'cpu', 12, [], '15m by 5m'],
  ['a limit is near', 'cpu', 80, [200], '300m by 100m'],
  ['a limit is far', 'cpu', 12, [500], '15m by 5m'],
  ['more is taken than was asked for', 'cpu', 1_900, [100], '3000m by 1000m'],
  ['bytes go by powers of two', 'memory', 34 * MIB, [], '48Mi by 16Mi'],
  ['a limit of bytes is near', 'memory', 130 * MIB, [128 * MIB, 256 * MIB], '384Mi by 128Mi'],
])('where %s, the axis ends at', (_case, resource, most, bounds, expected) => {
  const { max, step } = valueScale(resource, most, bounds, 4)
  expect(`${topText(resource, max)} by ${topText(resource, step)}`).toBe(expected)
})

test.each([
  [0, 5],
  [4, 5],
  [6, 15],
  [29, 30],
  [59.75, 60],
])('%d minutes of samples are shown on a chart of %i', (known, expected) => {
  const at = (minutes: number) => ({ at: 1_000_000 + minutes * 60_000, cpuMillis: 1, memoryBytes: 1 })
  expect(spanMinutes([at(0), at(known)])).toBe(expected)
})
