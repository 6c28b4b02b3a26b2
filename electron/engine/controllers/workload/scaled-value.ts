import { scaledIntOrPercent } from '../../../../shared/api/int-or-string.ts'

/** An IntOrString field such as `maxSurge: 25%` of `total`. Absent counts as 0; what validation lets through is valid. */
export function scaledValue(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  const scaled = scaledIntOrPercent(value ?? 0, total, round === 'up')
  if (typeof scaled !== 'number') throw new Error(scaled.error)
  return scaled
}
