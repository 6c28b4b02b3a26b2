import type { KubeObject } from '../../shared/api/object.ts'
import { controllerReference } from '../../shared/api/owner-references.ts'
import type { DaemonSet, StatefulSet } from '../../shared/api/types/apps-v1.ts'
import type { HorizontalPodAutoscaler } from '../../shared/api/types/autoscaling-v2.ts'
import type { CronJob, Job } from '../../shared/api/types/batch-v1.ts'
import type { PodDisruptionBudget } from '../../shared/api/types/policy-v1.ts'
import { ago, meta } from './mock-objects.ts'

/** Workloads other than Deployments, and what scales and protects them, for the mock engine. */

const template = (app: string, image: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: app, image }] },
})

export function mockStatefulSet(name: string, image: string, replicas: number, ready: number): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: meta(name, 'shop', 5_000, { app: name }),
    spec: {
      replicas,
      serviceName: name,
      podManagementPolicy: 'OrderedReady',
      selector: { matchLabels: { app: name } },
      template: template(name, image),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data' },
          spec: { resources: { requests: { storage: '1Gi' } } },
        },
      ],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
    status: {
      observedGeneration: 1,
      replicas,
      readyReplicas: ready,
      currentRevision: `${name}-5f6d`,
      updateRevision: `${name}-5f6d`,
    },
  } as StatefulSet
}

export function mockDaemonSet(name: string, namespace: string, image: string, desired: number, ready: number) {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: meta(name, namespace, 80_000, { app: name }),
    spec: {
      selector: { matchLabels: { app: name } },
      template: template(name, image),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    },
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: desired,
      currentNumberScheduled: desired,
      updatedNumberScheduled: desired,
      numberReady: ready,
      numberAvailable: ready,
      numberMisscheduled: 0,
    },
  } as DaemonSet
}

export function mockCronJob(name: string, schedule: string, suspend = false): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: meta(name, 'shop', 90_000),
    spec: {
      schedule,
      timeZone: 'Europe/Berlin',
      suspend,
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: template(name, 'busybox:1.37') } },
    },
    status: { lastScheduleTime: ago(suspend ? 70_000 : 6), lastSuccessfulTime: ago(suspend ? 69_900 : 3_500) },
  } as CronJob
}

export interface JobOptions {
  readonly owner?: KubeObject
  readonly age: number
  readonly end?: 'Complete' | 'Failed'
}

export function mockJob(name: string, { owner, age, end }: JobOptions): Job {
  const condition = end === undefined ? [] : [{ type: end, status: 'True', lastTransitionTime: ago(age - 40) }]
  const failure = { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...meta(name, 'shop', age),
      ...(owner === undefined ? {} : { ownerReferences: [controllerReference(owner)] }),
    },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      template: template(name, 'busybox:1.37'),
    },
    status: {
      startTime: ago(age),
      ...(end === undefined ? { active: 1 } : {}),
      ...(end === 'Complete' ? { succeeded: 1, completionTime: ago(age - 40) } : {}),
      ...(end === 'Failed' ? { failed: 7 } : {}),
      conditions: condition.map((one) => (end === 'Failed' ? { ...one, ...failure } : one)),
    },
  } as Job
}

export function mockAutoscaler(name: string, replicas: number, cpuPercent: number): HorizontalPodAutoscaler {
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: ago(900),
  })
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } }
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: meta(name, 'shop', 5_000),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 1,
      maxReplicas: 6,
      metrics: [{ type: 'Resource', resource }],
    },
    status: {
      currentReplicas: replicas,
      desiredReplicas: replicas,
      lastScaleTime: ago(640),
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: cpuPercent } } }],
      conditions: [
        condition('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size'),
        condition('ScalingActive', 'True', 'ValidMetricFound', 'the HPA was able to compute the replica count'),
        condition('ScalingLimited', 'False', 'DesiredWithinRange', 'the desired count is within the acceptable range'),
      ],
    },
  } as HorizontalPodAutoscaler
}

export function mockBudget(name: string, healthy: number, needed: number): PodDisruptionBudget {
  const allowed = Math.max(0, healthy - needed)
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: meta(name, 'shop', 5_000),
    spec: { minAvailable: needed, selector: { matchLabels: { app: name } } },
    status: {
      observedGeneration: 1,
      currentHealthy: healthy,
      desiredHealthy: needed,
      expectedPods: healthy,
      disruptionsAllowed: allowed,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: allowed > 0 ? 'True' : 'False',
          reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
          message: '',
          lastTransitionTime: ago(4_000),
        },
      ],
    },
  } as PodDisruptionBudget
}
