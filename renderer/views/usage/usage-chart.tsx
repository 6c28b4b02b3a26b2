import { useMemo, useState } from 'react'
import type { UsageSample } from '../../../shared/api/usage-history.ts'
import { useText } from '../../app/hooks.ts'
import type { Messages } from '../../messages/en.ts'
import { type ChartSeries, clockText, TimeChart } from '../../ui/time-chart.tsx'
import { ShareBar } from '../../ui/use-view.tsx'
import { type ChartData, chartData, extremes } from './chart-data.ts'
import { spanMinutes, valueScale } from './chart-scale.ts'
import { amountText, topText, type UsedResource, usedText } from './usage-text.ts'

/** What the use is measured by. */
export interface UsageBound {
  readonly kind: 'request' | 'limit' | 'allocatable' | 'requested'
  readonly amount: number
}

export interface UsageChartProps {
  readonly resource: UsedResource
  readonly samples: readonly UsageSample[]
  readonly bounds: readonly UsageBound[]
  /** Charts of one subject are read together. */
  readonly group: string
  readonly height?: number
  /** In whole cores and gibibytes, for what is large. */
  readonly large?: boolean
}

const HEIGHT = 92
const STEP_HEIGHT = 27
const HARD = new Set<UsageBound['kind']>(['limit', 'allocatable'])
const CONTAINER_COLOURS = ['ansi-magenta', 'ansi-green', 'warning', 'ansi-blue', 'bad'] as const

/** One resource over the last hour, with what it is measured by, as a picture and in words. */
export function UsageChart({ resource, samples, bounds, group, height = HEIGHT, large = false }: UsageChartProps) {
  const text = useText()
  const [read, setRead] = useState<number>()
  const data = useMemo(() => chartData(samples, resource), [samples, resource])
  const texts = useMemo(() => chartTexts(resource, large), [resource, large])
  const known = extremes(data.total)
  const scale = useMemo(
    () =>
      valueScale(
        resource,
        known?.most ?? 0,
        bounds.map(({ amount }) => amount),
        Math.floor(height / STEP_HEIGHT),
      ),
    [resource, known?.most, bounds, height],
  )
  const series = useMemo(() => chartSeries(data), [data])
  const levels = useMemo(() => bounds.filter(({ amount }) => amount <= scale.max).map(chartLevel), [bounds, scale])
  const to = data.times.at(-1) ?? 0
  const at = read === undefined || data.total[read] == null ? undefined : read
  const title = text.columns[resource]
  const amountOf = (kind: UsageBound['kind']) => bounds.find((bound) => bound.kind === kind)?.amount ?? 0
  const minutes = spanMinutes(samples)
  return (
    <figure className="usage-chart">
      <figcaption>
        <strong>{title}</strong>
        {known === undefined ? null : (
          <span className="faint">{text.usage.range(texts.used(known.least), texts.used(known.most))}</span>
        )}
        <span className="usage-reading">
          <span className="faint">{at === undefined ? null : clockText(data.times[at] ?? 0, true)}</span>{' '}
          {texts.used(at === undefined ? (known?.last ?? 0) : (data.total[at] ?? 0))}
          {large ? <span className="faint"> / {texts.bound(amountOf('allocatable'))}</span> : null}
        </span>
      </figcaption>
      {large ? <ShareBar used={known?.last ?? 0} asked={amountOf('requested')} all={amountOf('allocatable')} /> : null}
      <div role="img" aria-label={spoken({ title, minutes, known, bounds, texts, text })}>
        <TimeChart
          height={height}
          times={data.times}
          series={series}
          levels={levels}
          from={to - minutes * 60_000}
          to={to}
          max={scale.max}
          step={scale.step}
          format={texts.tick}
          group={group}
          onRead={setRead}
        />
      </div>
      <Legend data={data} bounds={bounds} at={at} max={scale.max} texts={texts} />
    </figure>
  )
}

interface ChartTexts {
  used(amount: number): string
  bound(amount: number): string
  tick(amount: number): string
}

function chartTexts(resource: UsedResource, large: boolean): ChartTexts {
  const bound = (amount: number) => (large ? amountText(resource, amount) : topText(resource, amount))
  return {
    used: (amount) => (large ? usedText(resource, amount) : topText(resource, amount)),
    bound,
    tick: (amount) => (amount === 0 ? '0' : bound(amount)),
  }
}

function chartSeries({ total, containers }: ChartData): ChartSeries[] {
  return [
    { name: '', colour: 'accent', values: total, area: true },
    ...containers.map(({ name, values }, index) => ({ name, colour: containerColour(index), values })),
  ]
}

function containerColour(index: number): string {
  return CONTAINER_COLOURS[index % CONTAINER_COLOURS.length] ?? 'muted'
}

function chartLevel({ kind, amount }: UsageBound) {
  return HARD.has(kind)
    ? ({ value: amount, colour: 'bad', dash: [6, 4] } as const)
    : ({ value: amount, colour: 'muted', dash: [2, 3] } as const)
}

interface LegendProps {
  readonly data: ChartData
  readonly bounds: readonly UsageBound[]
  readonly at: number | undefined
  readonly max: number
  readonly texts: ChartTexts
}

function Legend({ data, bounds, at, max, texts }: LegendProps) {
  const text = useText()
  const figureOf = (values: ChartData['total']) => {
    const value = at === undefined ? values.at(-1) : values[at]
    return value == null ? '—' : texts.used(value)
  }
  return (
    <ul className="usage-legend">
      {data.containers.length === 0 ? null : (
        <li>
          <span className="swatch" style={{ color: 'var(--accent)' }} /> {text.usage.total} {figureOf(data.total)}
        </li>
      )}
      {data.containers.map(({ name, values }, index) => (
        <li key={name}>
          <span className="swatch" style={{ color: `var(--${containerColour(index)})` }} /> {name} {figureOf(values)}
        </li>
      ))}
      {bounds.map(({ kind, amount }) => (
        <li key={kind}>
          <span className={HARD.has(kind) ? 'swatch hard' : 'swatch soft'} /> {text.usage.bounds[kind]}{' '}
          {texts.bound(amount)}
          {amount > max ? (
            <span title={text.usage.above} aria-label={text.usage.above} role="img">
              ↑
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  )
}

interface Spoken {
  readonly title: string
  readonly minutes: number
  readonly known: ReturnType<typeof extremes>
  readonly bounds: readonly UsageBound[]
  readonly text: Messages
  readonly texts: ChartTexts
}

/** "CPU, last hour: 12m now, least 3m, most 40m; limit 200m". */
function spoken({ title, minutes, known, bounds, text, texts }: Spoken): string {
  const what = `${title}, ${text.usage.lastHour(minutes)}`
  if (known === undefined) return what
  const figures = text.usage.spoken(what, texts.used(known.last), texts.used(known.least), texts.used(known.most))
  return [figures, ...bounds.map(({ kind, amount }) => `${text.usage.bounds[kind]} ${texts.bound(amount)}`)].join('; ')
}
