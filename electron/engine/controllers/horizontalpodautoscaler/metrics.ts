import { resourceAmount } from '../../../../shared/api/pod-resources.ts'
import { canonicalText, quantity } from '../../../../shared/api/quantity.ts'
import type { MetricSpec, MetricStatus } from '../../../../shared/api/types/autoscaling-v2.ts'
import {
  MetricsProblem,
  milliOf,
  type ReplicaCount,
  type ResourceQuery,
  replicasByAverage,
  replicasByUtilization,
} from './replica-count.ts'
import { unservedMetric } from './unserved-metric.ts'

export interface Proposal {
  readonly replicas: number
  /** "cpu resource utilization (percentage of request)": as the events name it. */
  readonly metric: string
  readonly status: MetricStatus
}

export interface FailedMetric {
  /** Of the condition ScalingActive and of the event. */
  readonly reason: string
  readonly message: string
  /** What comes before the message where all metrics are told together. */
  readonly within: string
}

type Query = Omit<ResourceQuery, 'resource' | 'container'> & { readonly namespace: string }

/** How many replicas one metric asks for; a FailedMetric where it is not known (computeReplicasForMetric). */
export function propose(metric: MetricSpec, query: Query): Proposal | FailedMetric {
  const { resource, containerResource } = metric
  const source = resource ?? containerResource
  if (source === undefined) return unservedMetric(metric, query.namespace)
  const container = containerResource?.container
  const { averageUtilization, averageValue } = source.target
  const full = { ...query, resource: source.name, container }
  try {
    const count =
      averageValue === undefined
        ? replicasByUtilization(full, averageUtilization ?? 0)
        : replicasByAverage(full, milliOf(source.name, resourceAmount(source.name, averageValue)))
    const kind = container === undefined ? 'resource' : 'container resource'
    return {
      replicas: count.replicas,
      metric:
        averageValue === undefined
          ? `${source.name} ${kind} utilization (percentage of request)`
          : `${source.name} resource`,
      status: statusOf(metric, count),
    }
  } catch (error) {
    if (!(error instanceof MetricsProblem)) throw error
    return {
      reason: container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric',
      message: `failed to get ${source.name} ${averageValue === undefined ? 'utilization' : 'usage'}: ${error.message}`,
      within: `failed to get ${container === undefined ? `${source.name} resource` : `${container} container`} metric value`,
    }
  }
}

function statusOf({ type, resource, containerResource }: MetricSpec, count: ReplicaCount): MetricStatus {
  const current = {
    ...(count.utilization === undefined ? {} : { averageUtilization: count.utilization }),
    averageValue: canonicalText(quantity(count.averageMilli, 'DecimalSI', -3)),
  }
  const { name, container } = { container: '', ...(resource ?? containerResource ?? { name: '' }) }
  return containerResource
    ? { type, containerResource: { name, container, current } }
    : { type, resource: { name, current } }
}
