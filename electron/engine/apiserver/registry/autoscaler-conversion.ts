import type { KubeObject } from '../../../../shared/api/object.ts'
import type { HorizontalPodAutoscaler as Autoscaler1 } from '../../../../shared/api/types/autoscaling-v1.ts'
import type { HorizontalPodAutoscaler as Autoscaler2, MetricSpec } from '../../../../shared/api/types/autoscaling-v2.ts'
import { readParts, writeParts } from './autoscaler-annotations.ts'
import type { Conversion } from './resource.ts'

/** autoscaling/v1 knows one CPU target and its current value; what else v2 says travels in annotations. */
export const autoscalerConversion: Conversion = {
  toStorage(object) {
    const { spec, status, metadata, ...rest } = object as Autoscaler1
    const { targetCPUUtilizationPercentage: cpu, ...same } = spec ?? {
      scaleTargetRef: { kind: '', name: '' },
      maxReplicas: 0,
    }
    const { currentCPUUtilizationPercentage: currentCpu, ...sameStatus } = status ?? {
      currentReplicas: 0,
      desiredReplicas: 0,
    }
    const { parts, others } = readParts(metadata.annotations)
    const metrics = [...(parts.metrics ?? []), ...(cpu === undefined ? [] : [cpuTarget(cpu)])]
    const currentMetrics = parts.currentMetrics ?? (currentCpu === undefined ? undefined : [cpuCurrent(currentCpu)])
    return {
      ...rest,
      apiVersion: 'autoscaling/v2',
      metadata: withAnnotations(metadata, others),
      spec: {
        ...same,
        ...(metrics.length > 0 ? { metrics } : {}),
        ...(parts.behavior ? { behavior: parts.behavior } : {}),
      },
      status: {
        ...sameStatus,
        ...(currentMetrics ? { currentMetrics } : {}),
        ...(parts.conditions ? { conditions: parts.conditions } : {}),
      },
    } as KubeObject
  },
  fromStorage(object) {
    const { spec, status, metadata, ...rest } = object as Autoscaler2
    const {
      metrics: allMetrics,
      behavior,
      ...same
    } = spec ?? { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 0 }
    const cpu = allMetrics?.find(isCpuTarget)
    const metrics = allMetrics?.filter((metric) => metric !== cpu)
    const { currentMetrics, conditions, ...sameStatus } = status ?? { desiredReplicas: 0 }
    const current = currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current
      .averageUtilization
    const annotations = { ...metadata.annotations, ...writeParts({ metrics, currentMetrics, conditions, behavior }) }
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

function cpuTarget(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }
}

function cpuCurrent(averageUtilization: number) {
  return { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } }
}

function isCpuTarget({ resource }: MetricSpec): boolean {
  return resource?.name === 'cpu' && resource.target.averageUtilization !== undefined
}

function withAnnotations(
  metadata: KubeObject['metadata'],
  annotations: Readonly<Record<string, string>>,
): KubeObject['metadata'] {
  const { annotations: _before, ...rest } = metadata
  return Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest
}
