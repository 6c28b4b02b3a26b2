import { expect, test } from 'vitest'
import type { MetricSpec, MetricStatus } from '../../../../shared/api/types/autoscaling-v2.ts'
import { readParts, writeParts } from './autoscaler-annotations.ts'

const selector = { matchLabels: { app: 'web' } }
const queue = { name: 'queue', selector }
const describedObject = { kind: 'Service', name: 'web', apiVersion: 'v1' }
const metrics: MetricSpec[] = [
  { type: 'Object', object: { describedObject, metric: queue, target: { type: 'Value', value: '10' } } },
  { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '100m' } } },
  { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '64Mi' } } },
  {
    type: 'ContainerResource',
    containerResource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 }, container: 'app' },
  },
  { type: 'External', external: { metric: queue, target: { type: 'AverageValue', averageValue: '5' } } },
]

test('every kind of metric is written flat, and read as it was', () => {
  const annotations = writeParts({ metrics })
  expect(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/metrics'] ?? '')).toEqual([
    { type: 'Object', object: { target: describedObject, metricName: 'queue', targetValue: '10', selector } },
    { type: 'Pods', pods: { metricName: 'rps', targetAverageValue: '100m' } },
    { type: 'Resource', resource: { name: 'memory', targetAverageValue: '64Mi' } },
    { type: 'ContainerResource', containerResource: { name: 'cpu', targetAverageUtilization: 50, container: 'app' } },
    { type: 'External', external: { metricName: 'queue', metricSelector: selector, targetAverageValue: '5' } },
  ])
  expect(readParts(annotations).parts.metrics).toEqual(metrics)
})

test('a value that is not known is zero in the annotation', () => {
  const currentMetrics: MetricStatus[] = [
    { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 1 } } },
    { type: 'External', external: { metric: { name: 'queue' }, current: { averageValue: '3' } } },
  ]
  expect(writeParts({ currentMetrics })).toEqual({
    'autoscaling.alpha.kubernetes.io/current-metrics': JSON.stringify([
      { type: 'Resource', resource: { name: 'cpu', currentAverageUtilization: 1, currentAverageValue: '0' } },
      { type: 'External', external: { metricName: 'queue', currentValue: '0', currentAverageValue: '3' } },
    ]),
  })
})

test('what every kind of metric comes to is read as it was', () => {
  const current = { value: '7', averageValue: '3' }
  const currentMetrics: MetricStatus[] = [
    { type: 'Object', object: { describedObject, metric: queue, current } },
    { type: 'Pods', pods: { metric: queue, current: { averageValue: '3' } } },
    { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 5, averageValue: '3m' } } },
    {
      type: 'ContainerResource',
      containerResource: { name: 'cpu', current: { averageValue: '3m' }, container: 'app' },
    },
    { type: 'External', external: { metric: queue, current } },
  ]
  expect(readParts(writeParts({ currentMetrics })).parts.currentMetrics).toEqual(currentMetrics)
})

test('conditions and behavior travel as they are; what is no list counts for nothing and is gone', () => {
  const conditions = [{ type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale' }]
  const behavior = { scaleDown: { stabilizationWindowSeconds: 30 } }
  const written = writeParts({ conditions, behavior })
  expect(readParts({ ...written, own: 'x' })).toEqual({ parts: { conditions, behavior }, others: { own: 'x' } })
  const wrong = { 'autoscaling.alpha.kubernetes.io/metrics': '{', 'autoscaling.alpha.kubernetes.io/conditions': '[1]' }
  expect(readParts(wrong)).toEqual({ parts: {}, others: {} })
})
