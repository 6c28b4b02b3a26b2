import { quantityFloat, tryParseQuantity } from '../../../shared/api/quantity.ts'
import type {
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../../shared/api/types/autoscaling-v2.ts'

const UNKNOWN = '<unknown>'
const SHOWN = 2

/** As kubectl's TARGETS: "cpu: 41%/60%, memory: 80Mi/100Mi". Specs and statuses go by their position. */
export function metricsText(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return '<none>'
  const texts = specs.slice(0, SHOWN).map((spec, at) => metricText(spec, statuses[at]))
  return texts.join(', ') + (specs.length > SHOWN ? ` + ${specs.length - SHOWN} more...` : '')
}

export function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  const named = spec.resource ?? spec.containerResource
  if (named !== undefined) {
    const current = (status?.resource ?? status?.containerResource)?.current
    return `${named.name}: ${resourceText(named.target, current)}`
  }
  const other = spec.pods ?? spec.object ?? spec.external
  const current = (status?.pods ?? status?.object ?? status?.external)?.current
  if (other?.target.averageValue !== undefined) {
    return `${current?.averageValue ?? UNKNOWN}/${other.target.averageValue}${spec.pods === undefined ? ' (avg)' : ''}`
  }
  return `${current?.value ?? UNKNOWN}/${other?.target.value ?? ''}`
}

/** How much of its target a metric is: more than 1 calls for more pods. undefined while it is not known. */
export function metricShare(spec: MetricSpec, status: MetricStatus | undefined): number | undefined {
  const source = spec.resource ?? spec.containerResource ?? spec.pods ?? spec.object ?? spec.external
  const seen = status?.resource ?? status?.containerResource ?? status?.pods ?? status?.object ?? status?.external
  const target = source?.target
  const current = seen?.current
  if (target?.averageUtilization !== undefined) return ratio(current?.averageUtilization, target.averageUtilization)
  if (target?.averageValue !== undefined) return ratio(float(current?.averageValue), float(target.averageValue))
  return ratio(float(current?.value), float(target?.value))
}

function ratio(current: number | undefined, target: number | undefined): number | undefined {
  return current === undefined || !target ? undefined : current / target
}

function float(quantity: string | undefined): number | undefined {
  const parsed = quantity === undefined ? '' : tryParseQuantity(quantity)
  return typeof parsed === 'string' ? undefined : quantityFloat(parsed)
}

function resourceText(target: MetricTarget, current: MetricValueStatus | undefined): string {
  if (target.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`
  const now = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`
  return `${now}/${target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`
}
