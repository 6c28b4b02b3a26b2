import { cpus, totalmem } from 'node:os'

/** One measured number, with what to hold it against. */
export interface Figure {
  readonly bench: string
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What we want, as the table prints it: '< 1000'. */
  readonly aim?: string
  /** Details: percentiles, the cost at the server. */
  readonly note?: string
}

/** `full` gives the figures that are published, `tiny` shows in a second or so that the benchmark works. */
export type BenchSize = 'full' | 'tiny'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGB: number
  readonly node: string
  readonly platform: string
}

export function thisMachine(): Machine {
  const cores = cpus()
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  }
}

/** The value below which `share` of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5)
}

export function figureTable(figures: readonly Figure[]): string {
  const head = ['', 'figure', 'value', 'unit', 'aim', '']
  const rows = figures.map(({ bench, name, value, unit, aim, note }) => [
    bench,
    name,
    formatted(value),
    unit,
    aim ?? '',
    note ?? '',
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] as string).length)))
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === 2 ? cell.padStart(widths[2] as number) : cell.padEnd(widths[column] as number),
    )
  return [head, ...rows].map((row) => line(row).join('  ').trimEnd()).join('\n')
}

function formatted(value: number): string {
  if (!Number.isFinite(value)) return '-'
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
