import { expect, test } from 'vitest'
import { benchmarks } from './benchmarks.ts'
import { figureTable } from './figures.ts'

// Without Docker; the clusters' benchmarks run tiny in test/integration.
test.each(['api', 'scheduler', 'life'])(
  'the %s benchmark runs through and has a figure for everything',
  async (name) => {
    const figures = (await benchmarks[name]?.('tiny')) ?? []
    expect(figures.filter(({ value }) => !(value > 0))).toEqual([])
    expect(figureTable(figures).split('\n')).toHaveLength(figures.length + 1)
  },
)
