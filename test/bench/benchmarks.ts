import { benchApi } from './api/bench-api.ts'
import type { BenchSize, Figure } from './figures.ts'

/** All benchmarks by the name that `npm run bench -- NAME` takes, in the order in which they run. */
export const benchmarks: Readonly<Record<string, (size: BenchSize) => Promise<Figure[]>>> = {
  api: benchApi,
}
