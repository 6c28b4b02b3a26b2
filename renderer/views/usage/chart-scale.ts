import type { UsageSample } from '../../../shared/api/usage-history.ts'
import type { UsedResource } from './usage-text.ts'

/** An axis from 0 to `max` with a line at each `step`. */
export interface ValueScale {
  readonly max: number
  readonly step: number
}

const MIB = 1024 ** 2
const MINUTE_MS = 60_000
/** Below it only noise would be seen: millicores and bytes. */
const LEAST = { cpu: 8, memory: 8 * MIB } as const
/** A bound further away than so many times what is taken would press the chart flat: it is left out, and said. */
const REACH = 3
/** Room above the highest line. */
const ROOM = 1.06
/** How much time a chart covers: it grows with what is known, in few steps. */
const SPANS_MINUTES = [5, 15, 30, 60] as const

/** The scale for values up to `most` in at most so many steps, with those bounds on it that are near. */
export function valueScale(resource: UsedResource, most: number, bounds: readonly number[], steps: number): ValueScale {
  const least = Math.max(most, LEAST[resource])
  const top = ROOM * Math.max(least, ...bounds.filter((bound) => bound <= REACH * least))
  const step = niceStep(resource, top / steps)
  return { max: Math.ceil(top / step) * step, step }
}

/** 1, 2 or 5 of a power of ten; powers of two for bytes. */
function niceStep(resource: UsedResource, least: number): number {
  if (resource === 'memory') return MIB * 2 ** Math.max(0, Math.ceil(Math.log2(least / MIB)))
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10)
}

/** The minutes that a chart of these samples covers, up to the last of them. */
export function spanMinutes(samples: readonly UsageSample[]): number {
  const known = ((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)) / MINUTE_MS
  return SPANS_MINUTES.find((minutes) => known <= minutes) ?? 60
}
