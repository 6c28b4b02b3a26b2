import { expect, test } from 'vitest'
import type { KubeObject } from '../../../shared/api/object.ts'
import { type ResourceRef, resources } from '../../../shared/api/resources.ts'
import type { HorizontalPodAutoscalerSpec } from '../../../shared/api/types/autoscaling-v2.ts'
import { type World, world } from './world.ts'

const PERIOD = 15_000

async function start(
  spec: Partial<HorizontalPodAutoscalerSpec> = {},
  requests: Record<string, string> = { cpu: '100m' },
) {
  const started = await world()
  const { client, advance } = started.cluster
  const labels = { app: 'web' }
  await client.resource(resources.deployments).create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'busybox', resources: { requests } }] },
      },
    },
  })
  // Old enough that its processor use counts.
  await advance(400_000)
  await client.resource(resources.horizontalPodAutoscalers).create({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
      ...spec,
    },
  })
  await started.cluster.settle()
  return started
}

const load = (started: World, cpuMillis: number) => {
  started.usage = () => [{ name: 'main', cpuMillis, memoryBytes: 100 * 1024 * 1024 }]
}
const replicas = async ({ cluster }: World) =>
  (await cluster.client.resource(resources.deployments).get('web', 'default')).spec?.replicas
const conditions = async ({ cluster }: World) => {
  const { status } = await cluster.client.resource(resources.horizontalPodAutoscalers).get('web', 'default')
  return (status?.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`)
}

test('load adds pods at once, and its end takes them away after the stabilisation window', async () => {
  const started = await start({ behavior: { scaleDown: { stabilizationWindowSeconds: 30 } } })
  await using cluster = started.cluster
  load(started, 100)
  await cluster.advance(PERIOD)
  expect(await replicas(started)).toBe(4)
  expect(await cluster.events('web')).toContain(
    'Normal SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target',
  )
  // Twice as many share the load: nothing more to do.
  load(started, 50)
  await cluster.advance(400_000)
  expect(await replicas(started)).toBe(4)
  expect(await conditions(started)).toEqual([
    'AbleToScale True ReadyForNewScale',
    'ScalingActive True ValidMetricFound',
    'ScalingLimited False DesiredWithinRange',
  ])
  load(started, 0)
  await cluster.advance(PERIOD)
  expect(await replicas(started)).toBe(4)
  expect(await conditions(started)).toContain('AbleToScale True ScaleDownStabilized')
  await cluster.advance(45_000)
  expect(await replicas(started)).toBe(1)
  expect(await cluster.events('web')).toContain(
    'Normal SuccessfulRescale: New size: 1; reason: All metrics below target',
  )
  expect(cluster.logged).toEqual([])
})

test('a size within a tenth of the target stays, and the bounds hold', async () => {
  const started = await start({ maxReplicas: 3 })
  await using cluster = started.cluster
  load(started, 54)
  await cluster.advance(4 * PERIOD)
  expect(await replicas(started)).toBe(2)
  load(started, 1000)
  await cluster.advance(2 * PERIOD)
  expect(await replicas(started)).toBe(3)
  expect(await conditions(started)).toContain('ScalingLimited True TooManyReplicas')
})

test('policies bound how fast it goes', async () => {
  const scaleUp = { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] }
  const started = await start({ behavior: { scaleUp } })
  await using cluster = started.cluster
  load(started, 1000)
  await cluster.advance(PERIOD)
  expect(await replicas(started)).toBe(3)
  await cluster.advance(30_000)
  expect(await replicas(started)).toBe(3)
  expect(await conditions(started)).toContain('ScalingLimited True ScaleUpLimit')
  await cluster.advance(30_000)
  expect(await replicas(started)).toBe(4)
})

test('unknown numbers change nothing, and are told', async () => {
  const started = await start()
  await using cluster = started.cluster
  await cluster.advance(PERIOD)
  expect(await replicas(started)).toBe(2)
  expect(await conditions(started)).toContain('ScalingActive False FailedGetResourceMetric')
  const silent = await start({}, {})
  await using other = silent.cluster
  load(silent, 100)
  await other.advance(PERIOD)
  expect((await other.events('web')).join('\n')).toMatch(
    /FailedGetResourceMetric: failed to get cpu utilization: missing request for cpu in container main of Pod web-/,
  )
  const external = { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '5' } } }
  const served = await start({ metrics: [external] })
  await using third = served.cluster
  await third.advance(PERIOD)
  expect(await third.events('web')).toContain(
    'Warning FailedGetExternalMetric: unable to get external metric default/queue/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
  )
})

test('a metric that is not known has its place in the status, and does not keep the others from adding pods', async () => {
  const external = { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '5' } } }
  const started = await start({ metrics: [external, { type: 'Resource', resource }] })
  await using cluster = started.cluster
  load(started, 100)
  await cluster.advance(PERIOD)
  expect(await replicas(started)).toBe(4)
  const { status } = await cluster.client.resource(resources.horizontalPodAutoscalers).get('web', 'default')
  const cpu = { type: 'Resource', resource: { name: 'cpu', current: { averageValue: '100m' } } }
  expect(status?.currentMetrics).toEqual([{ type: '' }, cpu])
  const warnings = (await events(started)).filter((event) => event.includes('FailedComputeMetricsReplicas'))
  expect(warnings).toEqual([
    expect.stringContaining(
      'invalid metrics (2 invalid out of 2), first error is: failed to get queue external metric',
    ),
  ])
})

test('memory on average, a missing target, and a target at zero', async () => {
  const target = { type: 'AverageValue', averageValue: '50Mi' }
  const started = await start({ metrics: [{ type: 'Resource', resource: { name: 'memory', target } }] })
  await using cluster = started.cluster
  load(started, 1)
  await cluster.advance(PERIOD)
  expect(await replicas(started)).toBe(4)
  const deployments = cluster.client.resource(resources.deployments)
  const patch = { type: 'application/merge-patch+json', body: { spec: { replicas: 0 } } } as const
  await deployments.patch({ name: 'web', namespace: 'default' }, patch)
  await cluster.advance(2 * PERIOD)
  expect(await replicas(started)).toBe(0)
  expect(await conditions(started)).toContain('ScalingActive False ScalingDisabled')
  await deployments.delete({ name: 'web', namespace: 'default' })
  await cluster.advance(2 * PERIOD)
  expect(await conditions(started)).toContain('AbleToScale False FailedGetScale')
  expect(await cluster.events('web')).toContain('Warning FailedGetScale: deployments.apps "web" not found')
})

const events = async ({ cluster }: World) => (await cluster.events('web')).filter((event) => /^Warning/.test(event))
const resource = { name: 'cpu', target: { type: 'AverageValue', averageValue: '50m' } }

/** Widgets keep their size and the selector of their pods where only their definition says. */
async function customTarget(started: World, selector?: string, maximum = 100): Promise<ResourceRef<Widget>> {
  const { client, settle } = started.cluster
  const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' }
  const scale = {
    specReplicasPath: '.spec.size',
    statusReplicasPath: '.status.size',
    labelSelectorPath: '.status.pods',
  }
  const spec = { type: 'object', properties: { size: { type: 'integer', maximum } } }
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  }
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }
  await client.resource({ ...definitions, kind: 'CustomResourceDefinition', namespaced: false }).create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
      versions: [{ ...version, subresources: { scale } }],
    },
  } as KubeObject)
  await settle()
  const widgets = { group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true }
  await client.resource<Widget>(widgets).create({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'web', namespace: 'default' },
    spec: { size: 2 },
    status: { size: 2, ...(selector ? { pods: selector } : {}) },
  })
  return widgets
}

interface Widget extends KubeObject {
  spec: { size: number }
  status: { size: number; pods?: string }
}

test('a custom resource with a scale is scaled through it, whatever version its target names', async () => {
  const started = await start({
    scaleTargetRef: { apiVersion: 'example.com/v9', kind: 'Widget', name: 'web' },
    metrics: [{ type: 'Resource', resource }],
  })
  await using cluster = started.cluster
  expect(await conditions(started)).toEqual(['AbleToScale False FailedGetScale'])
  const widgets = await customTarget(started, 'app in (web)')
  load(started, 100)
  await cluster.advance(PERIOD)
  expect((await cluster.client.resource(widgets).get('web', 'default')).spec).toEqual({ size: 4 })
  expect(await conditions(started)).toContain('AbleToScale True SucceededRescale')
  expect(await events(started)).toEqual(['Warning FailedGetScale: no matches for kind "Widget" in group "example.com"'])
  expect(cluster.logged).toEqual([])
})

test('a scale that cannot be written is told, and tried again', async () => {
  const started = await start({
    scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Widget', name: 'web' },
    metrics: [{ type: 'Resource', resource }],
  })
  await using cluster = started.cluster
  await customTarget(started, 'app=web', 3)
  load(started, 100)
  await cluster.advance(PERIOD)
  const { status } = await cluster.client.resource(resources.horizontalPodAutoscalers).get('web', 'default')
  expect(status).toMatchObject({ currentReplicas: 2, desiredReplicas: 0 })
  expect(status?.lastScaleTime).toBeUndefined()
  const why = 'Widget.example.com "web" is invalid: spec.size: Invalid value: 4'
  expect(status?.conditions?.find(({ type }) => type === 'AbleToScale')).toMatchObject({
    status: 'False',
    reason: 'FailedUpdateScale',
    message: expect.stringContaining(`the HPA controller was unable to update the target scale: ${why}`),
  })
  expect((await events(started)).at(-1)).toContain(
    `Warning FailedRescale: New size: 4; reason: cpu resource above target; error: ${why}`,
  )
  expect(cluster.logged).toEqual([])
})

test('a scale that does not say which pods are meant is left alone', async () => {
  const started = await start({
    scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Widget', name: 'web' },
    metrics: [{ type: 'Resource', resource }],
  })
  await using cluster = started.cluster
  const widgets = await customTarget(started)
  load(started, 100)
  await cluster.advance(PERIOD)
  expect((await cluster.client.resource(widgets).get('web', 'default')).spec).toEqual({ size: 2 })
  expect(await conditions(started)).toEqual([
    'AbleToScale True SucceededGetScale',
    'ScalingActive False InvalidSelector',
  ])
  expect((await events(started)).slice(1)).toEqual([
    'Warning SelectorRequired: selector is required',
    'Warning FailedComputeMetricsReplicas: selector is required',
  ])
})

test.each([
  ['apps/v1', 'DaemonSet', 'the server could not find the requested resource'],
  ['apps/v1', 'Nothing', 'no matches for kind "Nothing" in group "apps"'],
  ['apps/v1', 'StatefulSet', 'statefulsets.apps "web" not found'],
])('a target %s %s has no scale: %s', async (apiVersion, kind, why) => {
  const started = await start({ scaleTargetRef: { apiVersion, kind, name: 'web' } })
  await using cluster = started.cluster
  const { status } = await cluster.client.resource(resources.horizontalPodAutoscalers).get('web', 'default')
  expect(status?.conditions).toMatchObject([
    {
      type: 'AbleToScale',
      status: 'False',
      reason: 'FailedGetScale',
      message: `the HPA controller was unable to get the target's current scale: ${why}`,
    },
  ])
  expect(await events(started)).toEqual([`Warning FailedGetScale: ${why}`])
})

test('two autoscalers of the same pods leave them alone until one of them goes', async () => {
  const started = await start()
  await using cluster = started.cluster
  const autoscalers = cluster.client.resource(resources.horizontalPodAutoscalers)
  const web = await autoscalers.get('web', 'default')
  await autoscalers.create({ ...web, metadata: { name: 'again', namespace: 'default' } })
  load(started, 100)
  await cluster.advance(2 * PERIOD)
  expect(await replicas(started)).toBe(2)
  const why = 'pods by selector app=web are controlled by multiple HPAs: [{again default} {web default}]'
  const { status } = await autoscalers.get('web', 'default')
  expect(status?.conditions?.find(({ type }) => type === 'ScalingActive')).toMatchObject({
    status: 'False',
    reason: 'AmbiguousSelector',
    message: why,
  })
  expect(await events(started)).toContain(`Warning AmbiguousSelector: ${why}`)
  await autoscalers.delete({ name: 'again', namespace: 'default' })
  await cluster.advance(PERIOD)
  expect(await replicas(started)).toBe(4)
})
