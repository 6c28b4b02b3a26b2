import { resourceAmount } from '../../../../shared/api/pod-resources.ts'
import type { MetricSpec, MetricStatus } from '../../../../shared/api/types/autoscaling-v2.ts'
import {
  MetricsProblem,
  type ReplicaCount,
  type ResourceQuery,
  replicasByAverage,
  replicasByUtilization,
} from './replica-count.ts'

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
}

/** How many replicas one metric asks for; a FailedMetric where it is not known. */
export function propose(
  metric: MetricSpec,
  query: Omit<ResourceQuery, 'resource' | 'container'>,
): Proposal | FailedMetric {
  const { resource, containerResource } = metric
  const source = resource ?? containerResource
  if (source === undefined) return unserved(metric)
  const reason = resource ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric'
  const container = containerResource?.container
  try {
    const full = { ...query, resource: source.name, container }
    const { type, averageUtilization, averageValue } = source.target
    const byUtilization = type === 'Utilization' && averageUtilization !== undefined
    const count = byUtilization
      ? replicasByUtilization(full, averageUtilization)
      : replicasByAverage(full, resourceAmount(source.name, averageValue ?? '1'))
    const what = byUtilization ? 'utilization (percentage of request)' : 'value'
    return {
      replicas: count.replicas,
      metric: resource ? `${source.name} resource ${what}` : `${source.name} container ${container} resource ${what}`,
      status: statusOf(metric, count),
    }
  } catch (error) {
    if (!(error instanceof MetricsProblem)) throw error
    const what = `failed to get ${source.name} ${byWhat(metric)}`
    return { reason, message: `${what}: ${error.message}` }
  }
}

function byWhat({ resource, containerResource }: MetricSpec): string {
  const target = (resource ?? containerResource)?.target
  return target?.type === 'Utilization' ? 'utilization' : 'value'
}

/** Metrics that come from servers which this cluster does not have. */
function unserved({ type, pods, object, external }: MetricSpec): FailedMetric {
  const name = (pods ?? object ?? external)?.metric.name ?? ''
  const api = type === 'External' ? 'external' : 'custom'
  const missing = `unable to fetch metrics from ${api} metrics API: no ${api} metrics API (${api}.metrics.k8s.io) registered`
  return { reason: `FailedGet${type}Metric`, message: `unable to get metric ${name}: ${missing}` }
}

function statusOf({ type, resource, containerResource }: MetricSpec, count: ReplicaCount): MetricStatus {
  const name = (resource ?? containerResource)?.name ?? ''
  const averageValue = name === 'cpu' ? `${Math.round(count.average)}m` : `${Math.round(count.average)}`
  const current = {
    ...(count.utilization === undefined ? {} : { averageUtilization: count.utilization }),
    averageValue,
  }
  if (containerResource) return { type, containerResource: { name, container: containerResource.container, current } }
  return { type, resource: { name, current } }
}
