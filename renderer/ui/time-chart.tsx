import 'uplot/dist/uPlot.min.css'
import { memo, useEffect, useLayoutEffect, useRef } from 'react'
import uPlot from 'uplot'

/** A design token by its name: "accent". */
type Token = string

export interface ChartSeries {
  readonly name: string
  readonly colour: Token
  readonly values: readonly (number | null)[]
  /** Filled down to zero. */
  readonly area?: boolean
}

/** A level that the values are measured by. */
export interface ChartLevel {
  readonly value: number
  readonly colour: Token
  /** In pixels: on, off. */
  readonly dash: readonly [number, number]
}

export interface TimeChartProps {
  readonly height: number
  /** In milliseconds since 1970. */
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly levels: readonly ChartLevel[]
  readonly from: number
  readonly to: number
  readonly max: number
  readonly step: number
  format(value: number): string
  /** Charts with the same key are read together. */
  readonly group: string
  /** The index that is read; undefined when the pointer leaves. */
  onRead(index: number | undefined): void
}

const LEFT = 50
/** Half of the text of a time, which may stand at the very end. */
const RIGHT = 16
const BOTTOM = 20
const MIN_TICK_DISTANCE = 60
const TIME_STEPS_SECONDS = [60, 120, 300, 600, 900, 1_800]

/** Lines over time on a canvas, in the colours of the design tokens: they follow the theme at once. */
export const TimeChart = memo(function TimeChart(props: TimeChartProps) {
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const current = useRef(props)
  current.current = props
  // Another set of lines is another chart; anything else is drawn into the same one.
  const shape = props.series.map(({ name, colour }) => `${name} ${colour}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useLayoutEffect(() => {
    const target = element.current
    if (target === null) return
    const made = new uPlot(
      chartOptions(() => current.current, target.clientWidth),
      chartValues(current.current),
      target,
    )
    chart.current = made
    const resized = new ResizeObserver(() => {
      made.setSize({ width: target.clientWidth, height: current.current.height })
    })
    resized.observe(target)
    const themed = new MutationObserver(() => made.redraw())
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      themed.disconnect()
      resized.disconnect()
      made.destroy()
    }
  }, [shape, props.group])
  useEffect(() => {
    chart.current?.setData(chartValues(props))
  }, [props])
  return <div ref={element} className="time-chart" style={{ height: props.height }} />
})

function chartValues({ times, series }: TimeChartProps): uPlot.AlignedData {
  return [times.map((time) => time / 1000), ...series.map(({ values }) => [...values])]
}

function token(name: Token): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

function chartOptions(props: () => TimeChartProps, width: number): uPlot.Options {
  const { height, series, group } = props()
  const font = `11px ${getComputedStyle(document.body).fontFamily}`
  const lines = { stroke: () => token('line'), width: 1 }
  const axis = { font, stroke: () => token('faint'), grid: lines, ticks: { show: false } }
  return {
    width,
    height,
    padding: [8, RIGHT, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 6, width: 1 },
      sync: { key: group },
    },
    scales: {
      x: { time: true, range: () => [props().from / 1000, props().to / 1000] },
      y: { range: () => [0, props().max] },
    },
    axes: [
      { ...axis, size: BOTTOM, gap: 4, space: MIN_TICK_DISTANCE, incrs: TIME_STEPS_SECONDS, values: timeTexts },
      {
        ...axis,
        size: LEFT,
        gap: 6,
        splits: () => ticks(props()),
        values: (_chart, splits) => splits.map((value) => props().format(value)),
      },
    ],
    series: [
      {},
      ...series.map(({ colour, area }) => ({
        stroke: () => token(colour),
        width: area ? 1.5 : 1.25,
        points: { show: false },
        ...(area ? { fill: () => `${token(colour)}22` } : {}),
      })),
    ],
    hooks: {
      draw: [(chart) => drawLevels(chart, props().levels)],
      setCursor: [(chart) => props().onRead(chart.cursor.idx ?? undefined)],
    },
  }
}

function ticks({ max, step }: TimeChartProps): number[] {
  return Array.from({ length: Math.round(max / step) + 1 }, (_, index) => index * step)
}

function timeTexts(_chart: uPlot, seconds: readonly number[]): string[] {
  return seconds.map((second) => clockText(second * 1000))
}

/** "21:14", of the laptop's own time. */
export function clockText(ms: number, seconds = false): string {
  const time = new Date(ms)
  const parts = [time.getHours(), time.getMinutes(), ...(seconds ? [time.getSeconds()] : [])]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

function drawLevels(chart: uPlot, levels: readonly ChartLevel[]): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.lineWidth = uPlot.pxRatio
  for (const { value, colour, dash } of levels) {
    const y = Math.round(chart.valToPos(value, 'y', true)) + 0.5
    ctx.strokeStyle = token(colour)
    ctx.setLineDash(dash.map((length) => length * uPlot.pxRatio))
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}
