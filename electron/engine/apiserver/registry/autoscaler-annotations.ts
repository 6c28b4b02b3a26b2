import type {
  HorizontalPodAutoscalerCondition,
  MetricSpec,
  MetricStatus,
} from '../../../../shared/api/types/autoscaling-v2.ts'

/** What autoscaling/v1 has no fields for travels in annotations, as JSON in flat types of its own (k8s.io/api/autoscaling/v1). */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics'
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics'
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions'
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior'

/** The member of a source that holds its values: what a spec wants, and what a status tells. */
type Side = 'target' | 'current'

interface Field {
  /** Where autoscaling/v2 has it; `$` stands for the side, here and in its v1 name. */
  readonly path: readonly [string, string?]
  readonly flat: string
  /** On these sides Go writes a quantity that is not there, as zero. */
  readonly always?: readonly Side[]
}

const BOTH: readonly Side[] = ['target', 'current']
const RESOURCE: readonly Field[] = [
  { path: ['name'], flat: 'name' },
  { path: ['$', 'averageUtilization'], flat: '$AverageUtilization' },
  { path: ['$', 'averageValue'], flat: '$AverageValue', always: ['current'] },
]

/** The fields of each source, in the order in which Go writes them. */
const SOURCES: Readonly<Record<string, readonly Field[]>> = {
  object: [
    { path: ['describedObject'], flat: 'target' },
    { path: ['metric', 'name'], flat: 'metricName' },
    { path: ['$', 'value'], flat: '$Value', always: BOTH },
    { path: ['metric', 'selector'], flat: 'selector' },
    { path: ['$', 'averageValue'], flat: 'averageValue' },
  ],
  pods: [
    { path: ['metric', 'name'], flat: 'metricName' },
    { path: ['$', 'averageValue'], flat: '$AverageValue', always: BOTH },
    { path: ['metric', 'selector'], flat: 'selector' },
  ],
  resource: RESOURCE,
  containerResource: [...RESOURCE, { path: ['container'], flat: 'container' }],
  external: [
    { path: ['metric', 'name'], flat: 'metricName' },
    { path: ['metric', 'selector'], flat: 'metricSelector' },
    { path: ['$', 'value'], flat: '$Value', always: ['current'] },
    { path: ['$', 'averageValue'], flat: '$AverageValue' },
  ],
}

export interface AnnotatedParts {
  readonly metrics?: readonly MetricSpec[] | undefined
  readonly currentMetrics?: readonly MetricStatus[] | undefined
  readonly conditions?: readonly HorizontalPodAutoscalerCondition[] | undefined
  readonly behavior?: unknown
}

type Annotations = Readonly<Record<string, string>>
type Members = Record<string, unknown>

/** The parts that annotations carry (an annotation that is no JSON carries nothing), and the annotations without them. */
export function readParts(annotations: Annotations = {}): { parts: AnnotatedParts; others: Annotations } {
  const { [METRICS]: metrics, [CURRENT_METRICS]: current, [CONDITIONS]: conditions, ...rest } = annotations
  const { [BEHAVIOR]: behavior, ...others } = rest
  const parts = {
    metrics: list<Members>(metrics)?.map((metric) => unflatten(metric, 'target') as unknown as MetricSpec),
    currentMetrics: list<Members>(current)?.map((metric) => unflatten(metric, 'current') as unknown as MetricStatus),
    conditions: list<HorizontalPodAutoscalerCondition>(conditions),
    behavior: parse(behavior),
  }
  return { parts, others }
}

/** The annotations that carry those parts that there are. Absent lists may be null, as Go prints them. */
export function writeParts({ metrics, currentMetrics, conditions, behavior }: AnnotatedParts): Annotations {
  const flat = (all: readonly (MetricSpec | MetricStatus)[], side: Side) =>
    JSON.stringify(all.map((metric) => flatten(metric as unknown as Members, side)))
  return {
    ...(metrics?.length ? { [METRICS]: flat(metrics, 'target') } : {}),
    ...(currentMetrics?.length ? { [CURRENT_METRICS]: flat(currentMetrics, 'current') } : {}),
    ...(conditions?.length ? { [CONDITIONS]: JSON.stringify(conditions) } : {}),
    ...(behavior ? { [BEHAVIOR]: JSON.stringify(behavior) } : {}),
  }
}

function flatten(metric: Members, side: Side): Members {
  const result: Members = { type: metric.type }
  for (const [name, fields] of Object.entries(SOURCES)) {
    const source = metric[name] as Members | undefined
    if (!source) continue
    const flat: Members = {}
    for (const { path, flat: flatName, always } of fields) {
      const [outer, inner] = path
      const holder = inner === undefined ? source : (source[onSide(outer, side)] as Members | undefined)
      const value = holder?.[inner ?? outer]
      flat[onSide(flatName, side)] = value ?? (always?.includes(side) ? '0' : undefined)
    }
    result[name] = flat
  }
  return result
}

function unflatten(metric: Members, side: Side): Members {
  const result: Members = { type: metric.type }
  for (const [name, fields] of Object.entries(SOURCES)) {
    const flat = metric[name] as Members | undefined
    if (!flat) continue
    const source: Members = {}
    const values: Members = {}
    for (const { path, flat: flatName } of fields) {
      const value = flat[onSide(flatName, side)]
      if (value === undefined) continue
      const [outer, inner] = path
      if (inner === undefined) source[outer] = value
      else if (outer === '$') values[inner] = value
      else source[outer] = { ...(source[outer] as Members | undefined), [inner]: value }
    }
    source[side] = side === 'target' ? { type: targetType(name, values), ...values } : values
    result[name] = source
  }
  return result
}

/** v1 tells the type of a target by the values that it has. */
function targetType(source: string, { value, averageValue, averageUtilization }: Members): string {
  if (averageUtilization !== undefined) return 'Utilization'
  if (source === 'object') return averageValue === undefined ? 'Value' : 'AverageValue'
  return value === undefined ? 'AverageValue' : 'Value'
}

function onSide(name: string, side: Side): string {
  return name.replace('$', side)
}

function list<T>(text: string | undefined): T[] | undefined {
  const value = parse(text)
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)
  return isList ? (value as T[]) : undefined
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
