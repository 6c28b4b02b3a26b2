import { pathSegmentName } from '../../../../../shared/api/names.ts'
import { canonicalText, parseQuantity, quantitySign } from '../../../../../shared/api/quantity.ts'
import type { MetricIdentifier, MetricSpec, MetricTarget } from '../../../../../shared/api/types/autoscaling-v2.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkLabelSelector } from '../checks.ts'
import { referenceErrors } from './validate-reference.ts'

/** In the order they are looked at: only the first one present is validated itself. */
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const
type Source = (typeof SOURCES)[number]

const TYPES: Readonly<Record<string, Source>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue']

/** validateMetricSpec: exactly the source that the type names. */
export function metricErrors(path: string, metric: MetricSpec): FieldError[] {
  const { type } = metric
  const expected = ownMember(TYPES, type)
  const errors: FieldError[] = []
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'))
  // Kubernetes looks at it twice and says it twice.
  const unsupported = notSupported(`${path}.type`, type, Object.keys(TYPES))
  if (!expected) errors.push(unsupported, unsupported)
  const present = SOURCES.filter((source) => metric[source] !== undefined)
  const [first] = present
  if (first) errors.push(...SOURCE_RULES[first](`${path}.${first}`, metric))
  if (expected && !present.includes(expected)) {
    errors.push(required(`${path}.${expected}`, 'must populate information for the given metric source'))
  }
  if (present.length === 1) return errors
  for (const source of present) {
    if (source !== expected) errors.push(forbidden(`${path}.${source}`, 'must populate the given metric source only'))
  }
  return errors
}

const SOURCE_RULES: Readonly<Record<Source, (path: string, metric: MetricSpec) => FieldError[]>> = {
  object(path, { object }) {
    if (!object) return []
    const { describedObject, metric, target } = object
    const errors = [
      ...referenceErrors(`${path}.describedObject`, describedObject, 'ungrouped'),
      ...identifierErrors(`${path}.metric`, metric),
      ...targetErrors(`${path}.target`, target),
    ]
    if (target.value === undefined && target.averageValue === undefined) {
      errors.push(required(`${path}.target.averageValue`, 'must set either a target value or averageValue'))
    }
    return errors
  },
  external(path, { external }) {
    if (!external) return []
    const { metric, target } = external
    const errors = [...identifierErrors(`${path}.metric`, metric), ...targetErrors(`${path}.target`, target)]
    if (target.value === undefined && target.averageValue === undefined) {
      const why = 'must set either a target value for metric or a per-pod target'
      errors.push(required(`${path}.target.averageValue`, why))
    }
    if (target.value !== undefined && target.averageValue !== undefined) {
      errors.push(forbidden(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target'))
    }
    return errors
  },
  pods(path, { pods }) {
    if (!pods) return []
    const { metric, target } = pods
    const errors = [...identifierErrors(`${path}.metric`, metric), ...targetErrors(`${path}.target`, target)]
    if (target.averageValue === undefined || sign(target.averageValue) <= 0) {
      errors.push(required(`${path}.target.averageValue`, 'must specify a positive target averageValue'))
    }
    return errors
  },
  resource: (path, { resource }) => (resource ? resourceErrors(path, resource) : []),
  containerResource(path, { containerResource }) {
    if (!containerResource) return []
    const errors = containerResource.container === '' ? [required(`${path}.container`, 'must specify a container')] : []
    return [...errors, ...resourceErrors(path, containerResource)]
  },
}

function resourceErrors(path: string, { name, target }: { name: string; target: MetricTarget }): FieldError[] {
  const errors = name === '' ? [required(`${path}.name`, 'must specify a resource name')] : []
  errors.push(...targetErrors(`${path}.target`, target))
  const { averageUtilization, averageValue } = target
  if (averageUtilization === undefined && averageValue === undefined) {
    const why = 'must set either a target raw value or a target utilization'
    errors.push(required(`${path}.target.averageUtilization`, why))
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.push(
      forbidden(`${path}.target.averageValue`, 'may not set both a target raw value and a target utilization'),
    )
  }
  return errors
}

function identifierErrors(path: string, { name, selector }: MetricIdentifier): FieldError[] {
  const own = `${path}.name`
  const errors = name === '' ? [required(own, 'must specify a metric name')] : []
  errors.push(...pathSegmentName(name).map((why) => invalid(own, name, why)))
  checkLabelSelector(errors, `${path}.selector`, selector)
  return errors
}

function targetErrors(path: string, target: MetricTarget): FieldError[] {
  const { type, averageUtilization, value, averageValue } = target
  const errors = type === '' ? [required(`${path}.type`, 'must specify a metric target type')] : []
  if (!TARGET_TYPES.includes(type)) {
    errors.push(invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'))
  }
  if (value !== undefined && sign(value) <= 0) {
    errors.push(invalid(`${path}.value`, canonicalText(parseQuantity(value)), 'must be positive'))
  }
  if (averageValue !== undefined && sign(averageValue) <= 0) {
    errors.push(invalid(`${path}.averageValue`, canonicalText(parseQuantity(averageValue)), 'must be positive'))
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'))
  }
  return errors
}

function sign(text: string): number {
  return quantitySign(parseQuantity(text))
}
