import { describe, expect, test } from 'vitest'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { HorizontalPodAutoscaler, MetricSpec } from '../../../../shared/api/types/autoscaling-v2.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { PodUsage } from '../../../../shared/api/usage.ts'
import { limitReplicas, type Memory } from './behavior.ts'
import { planScale } from './plan.ts'

const NOW = Date.parse('2026-01-01T12:00:00Z')
const ago = (seconds: number) => timestamp(NOW - seconds * 1000)
const MIB = 1024 * 1024

interface PodCase {
  /** Thousandths of a core; undefined: not known. */
  readonly cpu?: number
  readonly request?: string
  readonly phase?: string
  readonly ready?: 'True' | 'False'
  /** Seconds ago. */
  readonly started?: number
  readonly changed?: number
  readonly going?: boolean
  readonly podLevel?: Readonly<Record<string, string>>
}

function pod(given: PodCase, index: number): Pod {
  const { request = '100m', phase = 'Running', ready = 'True', started = 3600, changed = started - 5 } = given
  const requests = request === '' ? {} : { cpu: request }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `web-${index}`,
      namespace: 'default',
      uid: `${index}`,
      labels: { app: 'web' },
      ...(given.going ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: {
      containers: [{ name: 'main', image: 'busybox', resources: { requests } }],
      ...(given.podLevel ? { resources: { requests: given.podLevel } } : {}),
    },
    status: {
      phase,
      startTime: ago(started),
      conditions: [{ type: 'Ready', status: ready, lastTransitionTime: ago(changed) }],
    },
  }
}

const cpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})
const average = (name: string, averageValue: string): MetricSpec => ({
  type: 'Resource',
  resource: { name, target: { type: 'AverageValue', averageValue } },
})
const inContainer = (container: string): MetricSpec => ({
  type: 'ContainerResource',
  containerResource: { name: 'cpu', container, target: { type: 'Utilization', averageUtilization: 50 } },
})

interface Given {
  readonly pods: readonly PodCase[]
  readonly replicas?: number
  readonly metrics?: readonly MetricSpec[]
  readonly behavior?: HorizontalPodAutoscaler['spec']['behavior']
}

function plan({ pods: cases, replicas = cases.length, metrics = [cpu(50)], behavior }: Given) {
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    maxReplicas: 100,
    metrics: [...metrics],
    ...(behavior ? { behavior } : {}),
  }
  const hpa: HorizontalPodAutoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec,
  }
  const usageOf = ({ metadata }: Pod): PodUsage | undefined => {
    const cpuMillis = cases[Number(metadata.uid)]?.cpu
    const containers = [{ name: 'main', cpuMillis: cpuMillis ?? 0, memoryBytes: 100 * MIB + 1 }]
    const { name = '', uid = '' } = metadata
    const known = { namespace: 'default', name, uid, node: 'n', at: NOW, windowMs: 15_000, containers }
    return cpuMillis === undefined ? undefined : known
  }
  return planScale(hpa, {
    namespace: 'default',
    selector: 'app=web',
    selectors: new Map([['web', 'app=web']]),
    pods: cases.map(pod),
    replicas,
    usageOf,
    memory: { recommendations: [], changes: [] },
    now: NOW,
    monotonicMs: 0,
  })
}

const same = (count: number, given: PodCase): PodCase[] => Array.from({ length: count }, () => given)
/** What the metrics ask for, before limits. */
const wish = (given: Given) => plan(given).recommendation

describe('the number of replicas that use asks for', () => {
  test.each<[string, Given, number | undefined]>([
    ['twice the target', { pods: same(2, { cpu: 100 }) }, 4],
    ['a part of a pod more', { pods: same(3, { cpu: 60 }) }, 4],
    ['just within the tolerance of a tenth', { pods: same(10, { cpu: 55 }) }, 10],
    ['within it once percents are whole', { pods: same(10, { cpu: 55.9, request: '101m' }) }, 10],
    ['below the target', { pods: same(4, { cpu: 20 }) }, 2],
    ['a missing pod, which is idle where more are wanted', { pods: [...same(2, { cpu: 100 }), {}] }, 4],
    ['a missing pod that leaves nothing to add', { pods: [{ cpu: 100 }, {}] }, 2],
    ['a missing pod, which is busy where fewer are wanted', { pods: [...same(3, { cpu: 10 }), {}] }, 3],
    ['a missing pod where the rest is just right', { pods: [{ cpu: 50 }, {}] }, 2],
    [
      'a pod that waits, which is idle where more are wanted',
      { pods: [...same(2, { cpu: 100 }), { phase: 'Pending' }] },
      4,
    ],
    ['a pod that waits where fewer are wanted', { pods: [...same(2, { cpu: 20 }), { phase: 'Pending' }] }, 1],
    ['a pod on its way out, which does not count', { pods: [{ cpu: 100 }, { cpu: 0, going: true }], replicas: 1 }, 2],
    ['a pod that failed, which does not count', { pods: [{ cpu: 100 }, { cpu: 0, phase: 'Failed' }], replicas: 1 }, 2],
    [
      'a new pod that is not ready: its use is that of its start',
      { pods: [{ cpu: 50 }, { cpu: 1000, started: 60, ready: 'False' }] },
      2,
    ],
    [
      'a new pod without a whole window of readiness',
      { pods: [{ cpu: 50 }, { cpu: 1000, started: 60, changed: 10 }] },
      2,
    ],
    ['a new pod with one', { pods: [{ cpu: 50 }, { cpu: 150, started: 60, changed: 20 }] }, 4],
    [
      'an old pod that never was ready',
      { pods: [{ cpu: 50 }, { cpu: 1000, started: 600, changed: 580, ready: 'False' }] },
      2,
    ],
    [
      'an old pod that no longer is ready',
      { pods: [{ cpu: 50 }, { cpu: 150, started: 600, changed: 10, ready: 'False' }] },
      4,
    ],
    ['the larger of two metrics', { pods: same(2, { cpu: 50 }), metrics: [cpu(50), average('memory', '50Mi')] }, 5],
    ['requests of the whole pod', { pods: same(2, { cpu: 100, request: '', podLevel: { cpu: '100m' } }) }, 4],
    ['use on average', { pods: same(2, { cpu: 100 }), metrics: [average('cpu', '40m')] }, 5],
    ['one container', { pods: same(2, { cpu: 100 }), metrics: [inContainer('main')] }, 4],
  ])('%s', (_, given, replicas) => {
    expect(wish(given)).toBe(replicas)
  })

  test.each([
    ['the usual one', undefined, 10],
    ['a narrower one up', { scaleUp: { tolerance: '0.05' } }, 11],
    ['one down, which does not count up', { scaleDown: { tolerance: '0' } }, 10],
    ['none up', { scaleUp: { tolerance: '0' } }, 11],
  ])('tolerance: %s', (_, behavior, replicas) => {
    expect(wish({ pods: same(10, { cpu: 53.5 }), ...(behavior ? { behavior } : {}) })).toBe(replicas)
  })
})

describe('what is said', () => {
  const why = (given: Given) => {
    const { failures, verdicts, recommendation } = plan(given)
    const failed = failures.map(({ reason, within, message }) => `${reason}: ${within}: ${message}`)
    return [
      ...failed,
      ...verdicts.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
      `${recommendation}`,
    ]
  }
  const inactive = (reason: string) => [`ScalingActive False ${reason}`, 'undefined']

  test.each<[string, Given, string[]]>([
    [
      'no numbers at all',
      { pods: [{}] },
      [
        'FailedGetResourceMetric: failed to get cpu resource metric value: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
        ...inactive('FailedGetResourceMetric'),
      ],
    ],
    [
      'no pods',
      { pods: [], replicas: 1, metrics: [average('cpu', '1')] },
      [
        'FailedGetResourceMetric: failed to get cpu resource metric value: failed to get cpu usage: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
        ...inactive('FailedGetResourceMetric'),
      ],
    ],
    [
      'no pod that counts',
      { pods: [{ cpu: 5, phase: 'Pending' }] },
      [
        'FailedGetResourceMetric: failed to get cpu resource metric value: failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)',
        ...inactive('FailedGetResourceMetric'),
      ],
    ],
    [
      'no request',
      { pods: [{ cpu: 5, request: '' }] },
      [
        'FailedGetResourceMetric: failed to get cpu resource metric value: failed to get cpu utilization: missing request for cpu in container main of Pod web-0',
        ...inactive('FailedGetResourceMetric'),
      ],
    ],
    [
      'no request of the whole pod',
      { pods: [{ cpu: 5, request: '', podLevel: { memory: '1Mi' } }] },
      [
        'FailedGetResourceMetric: failed to get cpu resource metric value: failed to get cpu utilization: missing pod-level request for cpu in Pod web-0',
        ...inactive('FailedGetResourceMetric'),
      ],
    ],
    [
      'a container that pods do not have',
      { pods: [{ cpu: 5 }], metrics: [inContainer('side')] },
      [
        'FailedGetContainerResourceMetric: failed to get side container metric value: failed to get cpu utilization: unable to get metrics for resource cpu: failed to get container metrics: container side not present in metrics for pod default/web-0',
        ...inactive('FailedGetContainerResourceMetric'),
      ],
    ],
    [
      'custom and external metrics, which nothing serves',
      {
        pods: [{ cpu: 5 }],
        metrics: [
          { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '1' } } },
          {
            type: 'Object',
            object: {
              metric: { name: 'hits' },
              describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' },
              target: { type: 'Value', value: '1' },
            },
          },
          {
            type: 'External',
            external: {
              metric: { name: 'queue', selector: { matchLabels: { b: '2', a: '1' } } },
              target: { type: 'AverageValue', averageValue: '1' },
            },
          },
        ],
      },
      [
        'FailedGetPodsMetric: failed to get pods metric value: unable to get metric hits: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
        'FailedGetObjectMetric: failed to get object metric value: unable to get metric hits: Ingress on default main/unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
        'FailedGetExternalMetric: failed to get queue external metric value: failed to get queue external metric: unable to get external metric default/queue/&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
        ...inactive('FailedGetPodsMetric'),
      ],
    ],
  ])('%s', (_, given, lines) => {
    expect(why(given)).toEqual(lines)
  })

  const unknown: MetricSpec = {
    type: 'External',
    external: { metric: { name: 'queue' }, target: { type: 'Value', value: '1' } },
  }

  test('one unknown metric keeps the others from scaling in, not from scaling out', () => {
    const metrics = [unknown, cpu(50)]
    expect(why({ pods: same(2, { cpu: 10 }), metrics }).slice(1)).toEqual(inactive('FailedGetExternalMetric'))
    expect(why({ pods: same(2, { cpu: 100 }), metrics }).slice(1)).toEqual([
      'ScalingActive True ValidMetricFound',
      'AbleToScale True ReadyForNewScale',
      'ScalingLimited False DesiredWithinRange',
      '4',
    ])
  })

  test('numbers stand where their metric stands in the specification', () => {
    const { metrics } = plan({ pods: same(3, { cpu: 66.2 }), metrics: [unknown, cpu(50), average('memory', '1Gi')] })
    expect(metrics).toEqual([
      { type: '' },
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 67, averageValue: '67m' } } },
      { type: 'Resource', resource: { name: 'memory', current: { averageValue: '104857601' } } },
    ])
  })
})

describe('without behavior', () => {
  const limit = (current: number, desired: number, recommended: number[] = [], max = 100) => {
    const memory: Memory = { recommendations: recommended.map((replicas) => ({ at: 0, replicas })), changes: [] }
    const spec = { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: max }
    const { replicas, reason, stabilized = '' } = limitReplicas(spec, { current, desired }, memory, 300_000)
    return `${replicas} ${reason} ${stabilized}`.trim()
  }

  test('at most twice as many come at once, or four', () => {
    expect(limit(1, 10)).toBe('4 ScaleUpLimit')
    expect(limit(2, 10)).toBe('4 ScaleUpLimit')
    expect(limit(5, 50)).toBe('10 ScaleUpLimit')
    expect(limit(5, 50, [], 8)).toBe('8 TooManyReplicas')
    expect(limit(5, 9)).toBe('9 DesiredWithinRange')
  })

  test('the most that was wanted for five minutes holds', () => {
    expect(limit(5, 1)).toBe('2 TooFewReplicas')
    expect(limit(5, 2, [4, 3])).toBe('4 DesiredWithinRange down')
    expect(limit(4, 4, [10])).toBe('8 ScaleUpLimit down')
  })
})
