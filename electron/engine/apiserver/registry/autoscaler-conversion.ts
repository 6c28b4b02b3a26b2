import type { KubeObject } from '../../../../shared/api/object.ts'
import type { HorizontalPodAutoscaler as Autoscaler1 } from '../../../../shared/api/types/autoscaling-v1.ts'
import type { HorizontalPodAutoscaler as Autoscaler2, MetricSpec } from '../../../../shared/api/types/autoscaling-v2.ts'
import type { Conversion } from './resource.ts'

const METRICS = 'autoscaling.alpha.kubernetes.io/metrics'
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior'

/** autoscaling/v1 knows one CPU target; what else v2 says travels in annotations. */
export const autoscalerConversion: Conversion = {
  toStorage(object) {
    const { spec, status, metadata, ...rest } = object as Autoscaler1
    const { targetCPUUtilizationPercentage: cpu, ...same } = spec ?? {
      scaleTargetRef: { kind: '', name: '' },
      maxReplicas: 0,
    }
    const { [METRICS]: metricsText, [BEHAVIOR]: behaviorText, ...annotations } = metadata.annotations ?? {}
    const metrics = [...(parse<MetricSpec[]>(metricsText) ?? []), ...(cpu === undefined ? [] : [cpuMetric(cpu)])]
    const { currentCPUUtilizationPercentage: _cpu, ...sameStatus } = status ?? {
      currentReplicas: 0,
      desiredReplicas: 0,
    }
    const behavior = parse(behaviorText)
    return {
      ...rest,
      apiVersion: 'autoscaling/v2',
      metadata: withAnnotations(metadata, annotations),
      spec: { ...same, ...(metrics.length > 0 ? { metrics } : {}), ...(behavior ? { behavior } : {}) },
      status: sameStatus,
    } as KubeObject
  },
  fromStorage(object) {
    const { spec, status, metadata, ...rest } = object as Autoscaler2
    const {
      metrics: allMetrics,
      behavior,
      ...same
    } = spec ?? { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 0 }
    const metrics = allMetrics ?? []
    const cpu = metrics.find(isCpuTarget)
    const others = metrics.filter((metric) => metric !== cpu)
    const annotations = { ...metadata.annotations }
    if (others.length > 0) annotations[METRICS] = JSON.stringify(others)
    if (behavior) annotations[BEHAVIOR] = JSON.stringify(behavior)
    const { currentMetrics, conditions: _conditions, ...sameStatus } = status ?? { desiredReplicas: 0 }
    const current = currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current
      .averageUtilization
    return {
      ...rest,
      apiVersion: 'autoscaling/v1',
      metadata: withAnnotations(metadata, annotations),
      spec: { ...same, ...(cpu ? { targetCPUUtilizationPercentage: cpu.resource?.target.averageUtilization } : {}) },
      status: {
        currentReplicas: 0,
        ...sameStatus,
        ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
      },
    } as KubeObject
  },
}

function cpuMetric(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }
}

function isCpuTarget({ resource }: MetricSpec): boolean {
  return resource?.name === 'cpu' && resource.target.averageUtilization !== undefined
}

function withAnnotations(
  metadata: KubeObject['metadata'],
  annotations: Record<string, string>,
): KubeObject['metadata'] {
  const { annotations: _before, ...rest } = metadata
  return Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest
}

/** What a client wrote into the annotation counts only when it is JSON. */
function parse<T = unknown>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}
