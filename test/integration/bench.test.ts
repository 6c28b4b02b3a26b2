import { expect, test } from 'vitest'
import { benchmarks } from '../bench/benchmarks.ts'

test.each(['start', 'pods', 'idle', 'usage', 'rules', 'ways-in'])(
  'the %s benchmark runs through on a real engine',
  async (name) => {
    const figures = (await benchmarks[name]?.('tiny')) ?? []
    expect(figures.length).toBeGreaterThan(0)
    expect(figures.filter(({ value }) => !Number.isFinite(value))).toEqual([])
  },
)
