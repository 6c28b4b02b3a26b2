import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../../../shared/api/types/apps-v1.ts'
import type { CronJob, Job } from '../../../../shared/api/types/batch-v1.ts'
import type { PodSpec, ReplicationController } from '../../../../shared/api/types/core-v1.ts'
import { defaultPodSpec } from './pod-spec-defaults.ts'
import type { KindStrategy } from './strategy.ts'

interface HasTemplate {
  template?: { spec?: PodSpec | undefined } | undefined
}

function defaultTemplate(spec: HasTemplate | undefined): void {
  if (spec?.template?.spec) defaultPodSpec(spec.template.spec)
}

export const deploymentStrategy: KindStrategy<Deployment> = {
  defaults({ spec }) {
    if (!spec) return
    spec.replicas ??= 1
    spec.strategy ??= {}
    spec.strategy.type ||= 'RollingUpdate'
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy.rollingUpdate }
    }
    spec.revisionHistoryLimit ??= 10
    spec.progressDeadlineSeconds ??= 600
    defaultTemplate(spec)
  },
}

export const replicaSetStrategy: KindStrategy<ReplicaSet> = {
  defaults({ spec }) {
    if (!spec) return
    spec.replicas ??= 1
    defaultTemplate(spec)
  },
}

export const daemonSetStrategy: KindStrategy<DaemonSet> = {
  defaults({ spec }) {
    if (!spec) return
    spec.updateStrategy ??= {}
    spec.updateStrategy.type ||= 'RollingUpdate'
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...spec.updateStrategy.rollingUpdate }
    }
    spec.revisionHistoryLimit ??= 10
    defaultTemplate(spec)
  },
}

export const statefulSetStrategy: KindStrategy<StatefulSet> = {
  defaults({ spec }) {
    if (!spec) return
    spec.podManagementPolicy ||= 'OrderedReady'
    spec.updateStrategy ??= {}
    spec.updateStrategy.type ||= 'RollingUpdate'
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate ??= {}
      spec.updateStrategy.rollingUpdate.partition ??= 0
    }
    spec.persistentVolumeClaimRetentionPolicy ??= {}
    spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain'
    spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain'
    spec.replicas ??= 1
    spec.revisionHistoryLimit ??= 10
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = 'v1'
      claim.kind = 'PersistentVolumeClaim'
      if (claim.spec) claim.spec.volumeMode ??= 'Filesystem'
      claim.status = { ...claim.status, phase: claim.status?.phase ?? 'Pending' }
    }
    defaultTemplate(spec)
  },
}

function defaultJob(spec: NonNullable<Job['spec']>): void {
  if (spec.completions === undefined && spec.parallelism === undefined) {
    spec.completions = 1
    spec.parallelism = 1
  }
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2147483647
  spec.completionMode ||= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ||= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
  spec.manualSelector ??= false
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True'
  }
  defaultTemplate(spec)
}

const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid'
const JOB_NAME = 'batch.kubernetes.io/job-name'

export const jobStrategy: KindStrategy<Job> = {
  defaults: ({ spec }) => {
    if (spec) defaultJob(spec)
  },
  // generateSelector: a Job chooses its pods by its own uid unless the user takes care of it.
  prepareCreate({ metadata, spec }) {
    if (!spec || spec.manualSelector) return
    const uid = metadata.uid as string
    const name = metadata.name as string
    const own = { [CONTROLLER_UID]: uid, [JOB_NAME]: name, 'controller-uid': uid, 'job-name': name }
    spec.template.metadata ??= {}
    spec.template.metadata.labels = { ...spec.template.metadata.labels, ...own }
    spec.selector ??= {}
    spec.selector.matchLabels = { ...spec.selector.matchLabels, [CONTROLLER_UID]: uid }
  },
  selectableFields: ({ status }) => ({ 'status.successful': String(status?.succeeded ?? 0) }),
  defaultPropagation: 'Background',
}

export const cronJobStrategy: KindStrategy<CronJob> = {
  defaults({ spec }) {
    if (!spec) return
    spec.concurrencyPolicy ||= 'Allow'
    spec.suspend ??= false
    spec.successfulJobsHistoryLimit ??= 3
    spec.failedJobsHistoryLimit ??= 1
    defaultTemplate(spec.jobTemplate?.spec)
  },
}

export const replicationControllerStrategy: KindStrategy<ReplicationController> = {
  defaults({ metadata, spec }) {
    if (!spec) return
    const labels = spec.template?.metadata?.labels
    if (labels) {
      if (!spec.selector || Object.keys(spec.selector).length === 0) spec.selector = { ...labels }
      if (!metadata.labels || Object.keys(metadata.labels).length === 0) metadata.labels = { ...labels }
    }
    spec.replicas ??= 1
    defaultTemplate(spec)
  },
  selectableFields: ({ status }) => ({ 'status.replicas': String(status?.replicas ?? 0) }),
  defaultPropagation: 'Orphan',
}
