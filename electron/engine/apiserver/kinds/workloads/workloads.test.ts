import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../../../shared/api/object.ts'
import { errorText } from '../../machinery/field-error.ts'
import { cloneJson } from '../../registry/json-value.ts'
import type { KindStrategy, StrategyContext } from '../strategy.ts'
import { cronJobStrategy } from './cron-job.ts'
import { daemonSetStrategy } from './daemon-set.ts'
import { deploymentStrategy } from './deployment.ts'
import { jobStrategy } from './job.ts'
import { replicaSetStrategy } from './replica-set.ts'
import { statefulSetStrategy } from './stateful-set.ts'

const STRATEGIES = {
  Deployment: deploymentStrategy,
  ReplicaSet: replicaSetStrategy,
  DaemonSet: daemonSetStrategy,
  StatefulSet: statefulSetStrategy,
  Job: jobStrategy,
  CronJob: cronJobStrategy,
} as unknown as Record<string, KindStrategy<KubeObject>>

const context = { now: '2026-01-01T00:00:00Z', warn: () => undefined } as unknown as StrategyContext
const containers = [{ name: 'app', image: 'nginx:1' }]
const selector = { matchLabels: { app: 'a' } }
const template = { metadata: { labels: { app: 'a' } }, spec: { containers } }
const jobTemplate = { spec: { template: { spec: { containers, restartPolicy: 'Never' } } } }
const never = { spec: { containers, restartPolicy: 'Never' } }

function made(kind: string, spec: object): KubeObject {
  const object = cloneJson({ metadata: { name: 'x', namespace: 'd', uid: 'u' }, spec }) as unknown as KubeObject
  STRATEGIES[kind]?.defaults?.(object)
  STRATEGIES[kind]?.prepareCreate?.(object, context)
  return object
}

function mistakes(kind: string, spec: object): string[] {
  return (STRATEGIES[kind]?.validate?.(made(kind, spec), context) ?? []).map(errorText)
}

const NO_MATCH = '`selector` does not match template `labels`'

const RULES: readonly [kind: string, rule: string, spec: object, messages: string[]][] = [
  ['Deployment', 'plain', { selector, template }, []],
  [
    'Deployment',
    'replicas below zero',
    { selector, template, replicas: -1 },
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'Deployment',
    'no selector',
    { template },
    ['spec.selector: Required value', `spec.template.metadata.labels: Invalid value: {"app":"a"}: ${NO_MATCH}`],
  ],
  [
    'Deployment',
    'another selector; labels are printed in order',
    { selector: { matchLabels: { app: 'b' } }, template: { ...template, metadata: { labels: { z: '1', app: 'a' } } } },
    [`spec.template.metadata.labels: Invalid value: {"app":"a","z":"1"}: ${NO_MATCH}`],
  ],
  [
    'Deployment',
    'nothing may be missing or added',
    { selector, template, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  ],
  [
    'ReplicaSet',
    'pods that are not restarted',
    { selector, template: { ...template, spec: { containers, restartPolicy: 'Never' } } },
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'DaemonSet',
    'an empty selector',
    { selector: {}, template },
    ['spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
  ],
  [
    'StatefulSet',
    'claims are volumes that containers may mount',
    {
      selector,
      template: {
        ...template,
        spec: { containers: [{ ...containers[0], volumeMounts: [{ name: 'data', mountPath: '/d' }] }] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
    [],
  ],
  ['Job', 'plain: selector and labels are generated', { template: never }, []],
  [
    'Job',
    'parallelism below zero',
    { template: never, parallelism: -1 },
    ['spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
  ],
  ['CronJob', 'plain', { schedule: '*/5 * * * *', jobTemplate }, []],
  ['CronJob', 'no schedule', { schedule: '', jobTemplate }, ['spec.schedule: Required value']],
  [
    'CronJob',
    'an unknown concurrency policy',
    { schedule: '@daily', jobTemplate, concurrencyPolicy: 'x' },
    ['spec.concurrencyPolicy: Unsupported value: "x": supported values: "Allow", "Forbid", "Replace"'],
  ],
]

describe('validation of workloads', () => {
  it.each(RULES)('%s: %s', (kind, _rule, spec, messages) => {
    expect(mistakes(kind, spec)).toEqual(messages)
  })

  it.each(['Deployment', 'ReplicaSet', 'DaemonSet'])('the selector of a %s stays', (kind) => {
    const next = made(kind, {
      selector: { matchLabels: { app: 'b' } },
      template: { ...template, metadata: { labels: { app: 'b' } } },
    })
    const errors = STRATEGIES[kind]?.validateUpdate?.(next, made(kind, { selector, template }), context, '') ?? []
    expect(errors.map(errorText)).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
    ])
  })
})

describe('defaults of workloads', () => {
  it('leaves requests to the pods of a template', () => {
    const limited = { containers: [{ ...containers[0], resources: { limits: { cpu: '1' } } }] }
    const { spec } = made('Deployment', { selector, template: { ...template, spec: limited } }) as unknown as {
      spec: { template: { spec: { containers: { resources: object }[] } } }
    }
    expect(spec.template.spec.containers[0]?.resources).toEqual({ limits: { cpu: '1' } })
  })

  it('gives a Job the labels of its template', () => {
    const { metadata } = made('Job', { template: never }) as { metadata: { labels: object } }
    expect(metadata.labels).toMatchObject({ 'job-name': 'x', 'controller-uid': 'u' })
  })
})
