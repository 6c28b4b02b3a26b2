import { expect, test } from 'vitest'
import type { MetricSpec, MetricStatus } from '../../../shared/api/types/autoscaling-v2.ts'
import { metricShare, metricText } from './metrics-text.ts'

type Values = Readonly<Record<string, number | string>>

const cpu = (target: Values, current?: Values): [MetricSpec, MetricStatus | undefined] => [
  { type: 'Resource', resource: { name: 'cpu', target: { type: '', ...target } } },
  current && ({ type: 'Resource', resource: { name: 'cpu', current } } as MetricStatus),
]

test.each([
  ['cpu: 30%/60%', 0.5, cpu({ averageUtilization: 60 }, { averageUtilization: 30 })],
  ['cpu: <unknown>/60%', undefined, cpu({ averageUtilization: 60 })],
  ['cpu: 200m/100m', 2, cpu({ averageValue: '100m' }, { averageValue: '200m' })],
])('%s is %d of its target', (text, share, [spec, status]) => {
  expect([metricText(spec, status), metricShare(spec, status)]).toEqual([text, share])
})
