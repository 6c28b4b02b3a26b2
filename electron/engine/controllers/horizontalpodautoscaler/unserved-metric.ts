import { goLabelSelector } from '../../../../shared/api/go-text.ts'
import type { MetricSpec } from '../../../../shared/api/types/autoscaling-v2.ts'
import type { FailedMetric } from './metrics.ts'

const CUSTOM =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'

/** Metrics that come from servers which this cluster does not have, in the words of kube-controller-manager. */
export function unservedMetric({ pods, object, external }: MetricSpec, namespace: string): FailedMetric {
  if (external) {
    const { name, selector } = external.metric
    const which = `${namespace}/${name}/${selector ? goLabelSelector(selector) : 'nil'}`
    const why = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`
    const message = `unable to get external metric ${which}: unable to fetch metrics from external metrics API: ${why}`
    const what = external.target.averageValue === undefined ? `external metric ${name}` : `${name} external metric`
    const within = `failed to get ${name} external metric value: failed to get ${what}`
    return { reason: 'FailedGetExternalMetric', message, within }
  }
  if (object) {
    const { describedObject, metric, target } = object
    const on = `${describedObject.kind} on ${namespace} ${describedObject.name}`
    const isAverage = target.type === 'AverageValue'
    return {
      reason: 'FailedGetObjectMetric',
      message: `unable to get metric ${metric.name}: ${on}/${CUSTOM}`,
      within: `failed to get object metric value${isAverage ? `: failed to get ${metric.name} object metric` : ''}`,
    }
  }
  const message = `unable to get metric ${pods?.metric.name ?? ''}: ${CUSTOM}`
  return { reason: 'FailedGetPodsMetric', message, within: 'failed to get pods metric value' }
}
