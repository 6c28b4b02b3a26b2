import type { UsageSample, Use } from '../../../shared/api/usage-history.ts'
import type { UsedResource } from './usage-text.ts'

export type Values = readonly (number | null)[]

/** Samples as a chart wants them: one list of times, and values at each. */
export interface ChartData {
  /** In milliseconds since 1970. */
  readonly times: readonly number[]
  readonly total: Values
  /** Of each container, where there are several; null while it did not run. */
  readonly containers: readonly { readonly name: string; readonly values: Values }[]
}

/** Nothing is known of a longer silence: the line breaks. */
const SILENCE_MS = 60_000

export function chartData(samples: readonly UsageSample[], resource: UsedResource): ChartData {
  const known = withSilences(samples)
  // In one order, whichever container was sampled first.
  const names = [...new Set(samples.flatMap(({ containers = [] }) => containers.map(({ name }) => name)))].sort()
  return {
    times: known.map(({ at }) => at),
    total: known.map(({ sample }) => (sample === undefined ? null : amountOf(sample, resource))),
    containers:
      names.length < 2
        ? []
        : names.map((name) => ({
            name,
            values: known.map(({ sample }) => {
              const use = sample?.containers?.find((container) => container.name === name)
              return use === undefined ? null : amountOf(use, resource)
            }),
          })),
  }
}

/** The least, the most and the last of a chart; undefined where it has nothing. */
export function extremes(values: Values): { least: number; most: number; last: number } | undefined {
  const known = values.filter((value) => value !== null)
  const last = known.at(-1)
  if (last === undefined) return undefined
  return { least: Math.min(...known), most: Math.max(...known), last }
}

function withSilences(samples: readonly UsageSample[]): { at: number; sample: UsageSample | undefined }[] {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1]
    const own = { at: sample.at, sample }
    if (before === undefined || sample.at - before.at <= SILENCE_MS) return [own]
    return [{ at: before.at + 1, sample: undefined }, own]
  })
}

function amountOf(use: Use, resource: UsedResource): number {
  return resource === 'cpu' ? use.cpuMillis : use.memoryBytes
}
