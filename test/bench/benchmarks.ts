import { benchApi } from './api/bench-api.ts'
import { benchLife } from './bench-life.ts'
import { benchRules } from './bench-rules.ts'
import { benchScheduler } from './bench-scheduler.ts'
import { benchIdle } from './cluster/bench-idle.ts'
import { benchPods } from './cluster/bench-pods.ts'
import { benchStart } from './cluster/bench-start.ts'
import { benchUsage } from './cluster/bench-usage.ts'
import { benchWaysIn } from './cluster/bench-ways-in.ts'
import type { BenchSize, Figure } from './figures.ts'
import { benchStoreRows } from './store.ts'

/** All benchmarks by the name that `npm run bench -- NAME` takes, in the order in which they run. */
export const benchmarks: Readonly<Record<string, (size: BenchSize) => Promise<Figure[]>>> = {
  start: benchStart,
  pods: benchPods,
  idle: benchIdle,
  usage: benchUsage,
  api: benchApi,
  rules: benchRules,
  'ways-in': benchWaysIn,
  scheduler: benchScheduler,
  life: benchLife,
  store: benchStoreRows,
}
