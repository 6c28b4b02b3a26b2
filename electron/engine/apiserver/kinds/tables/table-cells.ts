import type { Cells } from './cell-text.ts'
import { coreCells } from './core-cells.ts'
import { otherCells } from './other-cells.ts'
import { podCells } from './pod-cells.ts'
import { workloadCells } from './workload-cells.ts'

/** The cells of every kind whose columns are more than the generic ones, by storage key ("pods", "jobs.batch"). */
export const tableCells: Readonly<Record<string, Cells>> = {
  ...coreCells,
  ...workloadCells,
  ...otherCells,
  pods: podCells as Cells,
}
