import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscalerCondition,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from '../../../../shared/api/types/autoscaling-v2.ts'
import type { LabelSelector } from '../../../../shared/api/types/meta-v1.ts'

/**
 * What autoscaling/v1 has no fields for travels in annotations, as JSON in types of its own (k8s.io/api/autoscaling/v1):
 * flat, with the value that Go writes for a quantity that is not there.
 */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics'
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics'
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions'
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior'
const NO_QUANTITY = '0'

export interface AnnotatedParts {
  readonly metrics?: readonly MetricSpec[] | undefined
  readonly currentMetrics?: readonly MetricStatus[] | undefined
  readonly conditions?: readonly HorizontalPodAutoscalerCondition[] | undefined
  readonly behavior?: unknown
}

type Annotations = Readonly<Record<string, string>>

/** The parts that annotations carry (an annotation that is no JSON carries nothing), and the annotations without them. */
export function readParts(annotations: Annotations = {}): { parts: AnnotatedParts; others: Annotations } {
  const { [METRICS]: metrics, [CURRENT_METRICS]: current, [CONDITIONS]: conditions, ...rest } = annotations
  const { [BEHAVIOR]: behavior, ...others } = rest
  const parts = {
    metrics: list<FlatMetric>(metrics)?.map(metricOf),
    currentMetrics: list<FlatStatus>(current)?.map(statusOf),
    conditions: list<HorizontalPodAutoscalerCondition>(conditions),
    behavior: parse(behavior),
  }
  return { parts, others }
}

/** The annotations that carry those parts that there are. Absent lists may be null, as Go prints them. */
export function writeParts({ metrics, currentMetrics, conditions, behavior }: AnnotatedParts): Annotations {
  return {
    ...(metrics?.length ? { [METRICS]: JSON.stringify(metrics.map(flatMetric)) } : {}),
    ...(currentMetrics?.length ? { [CURRENT_METRICS]: JSON.stringify(currentMetrics.map(flatStatus)) } : {}),
    ...(conditions?.length ? { [CONDITIONS]: JSON.stringify(conditions) } : {}),
    ...(behavior ? { [BEHAVIOR]: JSON.stringify(behavior) } : {}),
  }
}

interface FlatMetric {
  readonly type: string
  readonly object?: {
    readonly target: CrossVersionObjectReference
    readonly metricName: string
    readonly targetValue: string
    readonly selector?: LabelSelector | undefined
    readonly averageValue?: string | undefined
  }
  readonly pods?: {
    readonly metricName: string
    readonly targetAverageValue: string
    readonly selector?: LabelSelector | undefined
  }
  readonly resource?: FlatResource
  readonly containerResource?: FlatResource & { readonly container: string }
  readonly external?: {
    readonly metricName: string
    readonly metricSelector?: LabelSelector | undefined
    readonly targetValue?: string | undefined
    readonly targetAverageValue?: string | undefined
  }
}

interface FlatResource {
  readonly name: string
  readonly targetAverageUtilization?: number | undefined
  readonly targetAverageValue?: string | undefined
}

function flatMetric({ type, object, pods, resource, containerResource, external }: MetricSpec): FlatMetric {
  return {
    type,
    ...(object && {
      object: {
        target: object.describedObject,
        metricName: object.metric.name,
        targetValue: object.target.value ?? NO_QUANTITY,
        selector: object.metric.selector,
        averageValue: object.target.averageValue,
      },
    }),
    ...(pods && {
      pods: {
        metricName: pods.metric.name,
        targetAverageValue: pods.target.averageValue ?? NO_QUANTITY,
        selector: pods.metric.selector,
      },
    }),
    ...(resource && { resource: flatResource(resource.name, resource.target) }),
    ...(containerResource && {
      containerResource: {
        ...flatResource(containerResource.name, containerResource.target),
        container: containerResource.container,
      },
    }),
    ...(external && {
      external: {
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      },
    }),
  }
}

function flatResource(name: string, { averageUtilization, averageValue }: MetricTarget): FlatResource {
  return { name, targetAverageUtilization: averageUtilization, targetAverageValue: averageValue }
}

function metricOf({ type, object, pods, resource, containerResource, external }: FlatMetric): MetricSpec {
  return {
    type,
    ...(object && {
      object: {
        describedObject: object.target,
        metric: identifier(object.metricName, object.selector),
        target:
          object.averageValue === undefined
            ? { type: 'Value', value: object.targetValue }
            : { type: 'AverageValue', value: object.targetValue, averageValue: object.averageValue },
      },
    }),
    ...(pods && {
      pods: {
        metric: identifier(pods.metricName, pods.selector),
        target: { type: 'AverageValue', averageValue: pods.targetAverageValue },
      },
    }),
    ...(resource && { resource: { name: resource.name, target: resourceTarget(resource) } }),
    ...(containerResource && {
      containerResource: {
        name: containerResource.name,
        target: resourceTarget(containerResource),
        container: containerResource.container,
      },
    }),
    ...(external && {
      external: {
        metric: identifier(external.metricName, external.metricSelector),
        target: {
          type: external.targetValue === undefined ? 'AverageValue' : 'Value',
          ...defined({ value: external.targetValue, averageValue: external.targetAverageValue }),
        },
      },
    }),
  }
}

function resourceTarget({ targetAverageUtilization, targetAverageValue }: FlatResource): MetricTarget {
  const values = defined({ averageUtilization: targetAverageUtilization, averageValue: targetAverageValue })
  return { type: targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization', ...values }
}

interface FlatStatus {
  readonly type: string
  readonly object?: {
    readonly target: CrossVersionObjectReference
    readonly metricName: string
    readonly currentValue: string
    readonly selector?: LabelSelector | undefined
    readonly averageValue?: string | undefined
  }
  readonly pods?: {
    readonly metricName: string
    readonly currentAverageValue: string
    readonly selector?: LabelSelector | undefined
  }
  readonly resource?: FlatCurrent
  readonly containerResource?: FlatCurrent & { readonly container: string }
  readonly external?: {
    readonly metricName: string
    readonly metricSelector?: LabelSelector | undefined
    readonly currentValue: string
    readonly currentAverageValue?: string | undefined
  }
}

interface FlatCurrent {
  readonly name: string
  readonly currentAverageUtilization?: number | undefined
  readonly currentAverageValue: string
}

function flatStatus({ type, object, pods, resource, containerResource, external }: MetricStatus): FlatStatus {
  const flat = ({ name, current }: NonNullable<MetricStatus['resource']>): FlatCurrent => ({
    name,
    currentAverageUtilization: current.averageUtilization,
    currentAverageValue: current.averageValue ?? NO_QUANTITY,
  })
  return {
    type,
    ...(object && {
      object: {
        target: object.describedObject,
        metricName: object.metric.name,
        currentValue: object.current.value ?? NO_QUANTITY,
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      },
    }),
    ...(pods && {
      pods: {
        metricName: pods.metric.name,
        currentAverageValue: pods.current.averageValue ?? NO_QUANTITY,
        selector: pods.metric.selector,
      },
    }),
    ...(resource && { resource: flat(resource) }),
    ...(containerResource && {
      containerResource: { ...flat(containerResource), container: containerResource.container },
    }),
    ...(external && {
      external: {
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        currentValue: external.current.value ?? NO_QUANTITY,
        currentAverageValue: external.current.averageValue,
      },
    }),
  }
}

function statusOf({ type, object, pods, resource, containerResource, external }: FlatStatus): MetricStatus {
  const current = ({ currentAverageUtilization, currentAverageValue }: FlatCurrent) =>
    defined({ averageUtilization: currentAverageUtilization, averageValue: currentAverageValue })
  return {
    type,
    ...(object && {
      object: {
        describedObject: object.target,
        metric: identifier(object.metricName, object.selector),
        current: defined({ value: object.currentValue, averageValue: object.averageValue }),
      },
    }),
    ...(pods && {
      pods: {
        metric: identifier(pods.metricName, pods.selector),
        current: { averageValue: pods.currentAverageValue },
      },
    }),
    ...(resource && { resource: { name: resource.name, current: current(resource) } }),
    ...(containerResource && {
      containerResource: {
        name: containerResource.name,
        current: current(containerResource),
        container: containerResource.container,
      },
    }),
    ...(external && {
      external: {
        metric: identifier(external.metricName, external.metricSelector),
        current: defined({ value: external.currentValue, averageValue: external.currentAverageValue }),
      },
    }),
  }
}

function identifier(name: string, selector: LabelSelector | undefined) {
  return { name, ...defined({ selector }) }
}

function defined<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
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
