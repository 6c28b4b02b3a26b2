import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../../../../shared/api/types/apps-v1.ts'
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
} from '../../../../../shared/api/types/autoscaling-v2.ts'
import type { CronJob, Job } from '../../../../../shared/api/types/batch-v1.ts'
import type { PodTemplate, ReplicationController } from '../../../../../shared/api/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../../../shared/api/types/policy-v1.ts'
import {
  ageOf,
  type Cells,
  containerImages,
  containerNames,
  labelsText,
  NONE,
  nameOf,
  selectorCell,
  since,
  UNKNOWN,
  UNSET,
} from './cell-text.ts'
import { humanDuration } from './human-duration.ts'

const deployment: Cells<Deployment> = (object, now) => {
  const { spec, status = {} } = object
  const pod = spec?.template.spec
  return [
    nameOf(object),
    `${status.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    status.updatedReplicas ?? 0,
    status.availableReplicas ?? 0,
    ageOf(object, now),
    containerNames(pod),
    containerImages(pod),
    selectorCell(spec?.selector),
  ]
}

const replicaSet: Cells<ReplicaSet | ReplicationController> = (object, now) => {
  const { spec, status } = object
  const pod = spec?.template?.spec
  const selector =
    object.kind === 'ReplicaSet' ? selectorCell(spec?.selector) : labelsText(spec?.selector as Record<string, string>)
  return [
    nameOf(object),
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageOf(object, now),
    containerNames(pod),
    containerImages(pod),
    selector,
  ]
}

const daemonSet: Cells<DaemonSet> = (object, now) => {
  const { spec, status } = object
  const pod = spec?.template.spec
  return [
    nameOf(object),
    status?.desiredNumberScheduled ?? 0,
    status?.currentNumberScheduled ?? 0,
    status?.numberReady ?? 0,
    status?.updatedNumberScheduled ?? 0,
    status?.numberAvailable ?? 0,
    labelsText(pod?.nodeSelector),
    ageOf(object, now),
    containerNames(pod),
    containerImages(pod),
    selectorCell(spec?.selector),
  ]
}

const statefulSet: Cells<StatefulSet> = (object, now) => {
  const { spec, status } = object
  const pod = spec?.template.spec
  const ready = `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`
  return [nameOf(object), ready, ageOf(object, now), containerNames(pod), containerImages(pod)]
}

const controllerRevision: Cells<ControllerRevision> = (object, now) => {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller)
  const [group = '', version] = (owner?.apiVersion ?? '').split('/')
  const kind = owner?.kind.toLowerCase()
  const controller = owner ? `${kind}${version ? `.${group}` : ''}/${owner.name}` : NONE
  return [nameOf(object), controller, object.revision ?? 0, ageOf(object, now)]
}

const podTemplate: Cells<PodTemplate> = (object) => {
  const { template } = object
  return [
    nameOf(object),
    containerNames(template?.spec),
    containerImages(template?.spec),
    labelsText(template?.metadata?.labels),
  ]
}

const job: Cells<Job> = (object, now) => {
  const { spec, status } = object
  const pod = spec?.template.spec
  const succeeded = status?.succeeded ?? 0
  const parallel = (spec?.parallelism ?? 0) > 1 ? `1 of ${spec?.parallelism}` : '1'
  const completions = `${succeeded}/${spec?.completions ?? parallel}`
  let duration = ''
  if (status?.startTime) {
    const end = status.completionTime ? Date.parse(status.completionTime) : now
    duration = humanDuration(end - Date.parse(status.startTime))
  }
  return [
    nameOf(object),
    jobState(object),
    completions,
    duration,
    ageOf(object, now),
    containerNames(pod),
    containerImages(pod),
    selectorCell(spec?.selector),
  ]
}

function jobState({ metadata, status }: Job): string {
  const has = (wanted: string) =>
    status?.conditions?.some(({ type, status: value }) => type === wanted && value === 'True')
  if (has('Complete')) return 'Complete'
  if (has('Failed')) return 'Failed'
  if (metadata.deletionTimestamp) return 'Terminating'
  if (has('Suspended')) return 'Suspended'
  if (has('FailureTarget')) return 'FailureTarget'
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running'
}

const cronJob: Cells<CronJob> = (object, now) => {
  const { spec, status } = object
  const pod = spec?.jobTemplate.spec?.template.spec
  return [
    nameOf(object),
    spec?.schedule ?? '',
    spec?.timeZone ?? NONE,
    spec?.suspend === undefined ? UNSET : spec.suspend ? 'True' : 'False',
    status?.active?.length ?? 0,
    status?.lastScheduleTime ? since(status.lastScheduleTime, now) : NONE,
    ageOf(object, now),
    containerNames(pod),
    containerImages(pod),
    selectorCell(spec?.jobTemplate.spec?.selector),
  ]
}

const disruptionBudget: Cells<PodDisruptionBudget> = (object, now) => [
  nameOf(object),
  object.spec?.minAvailable === undefined ? 'N/A' : String(object.spec.minAvailable),
  object.spec?.maxUnavailable === undefined ? 'N/A' : String(object.spec.maxUnavailable),
  object.status?.disruptionsAllowed ?? 0,
  ageOf(object, now),
]

const autoscaler: Cells<HorizontalPodAutoscaler> = (object, now) => {
  const { spec, status } = object
  const target = spec?.scaleTargetRef
  return [
    nameOf(object),
    `${target?.kind ?? ''}/${target?.name ?? ''}`,
    metricsText(spec?.metrics ?? [], status?.currentMetrics ?? []),
    spec?.minReplicas === undefined ? UNSET : String(spec.minReplicas),
    spec?.maxReplicas ?? 0,
    status?.currentReplicas ?? 0,
    ageOf(object, now),
  ]
}

const SHOWN_METRICS = 2

function metricsText(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return NONE
  const texts = specs.slice(0, SHOWN_METRICS).map((spec, at) => metricText(spec, statuses[at]))
  const more = specs.length > SHOWN_METRICS ? ` + ${specs.length - SHOWN_METRICS} more...` : ''
  return texts.join(', ') + more
}

interface Target {
  readonly averageValue?: string | undefined
  readonly averageUtilization?: number | undefined
  readonly value?: string | undefined
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  const key = (
    {
      Resource: 'resource',
      ContainerResource: 'containerResource',
      Pods: 'pods',
      Object: 'object',
      External: 'external',
    } as const
  )[spec.type as 'Resource']
  const own = spec[key] as { name?: string; target?: Target } | undefined
  const target = own?.target ?? {}
  const current = (status?.[key] as { current?: Target } | undefined)?.current
  const averaged = target.averageValue !== undefined
  if (key === 'resource' || key === ('containerResource' as string)) {
    const name = own?.name ?? ''
    if (averaged) return `${name}: ${current?.averageValue ?? UNKNOWN}/${target.averageValue}`
    const now = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`
    return `${name}: ${now}/${target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`
  }
  if (averaged)
    return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}${key === ('pods' as string) ? '' : ' (avg)'}`
  return `${current?.value ?? UNKNOWN}/${target.value ?? ''}`
}

/** By storage key. */
export const workloadCells: Readonly<Record<string, Cells>> = {
  'deployments.apps': deployment as Cells,
  'replicasets.apps': replicaSet as Cells,
  replicationcontrollers: replicaSet as Cells,
  'daemonsets.apps': daemonSet as Cells,
  'statefulsets.apps': statefulSet as Cells,
  'controllerrevisions.apps': controllerRevision as Cells,
  podtemplates: podTemplate as Cells,
  'jobs.batch': job as Cells,
  'cronjobs.batch': cronJob as Cells,
  'poddisruptionbudgets.policy': disruptionBudget as Cells,
  'horizontalpodautoscalers.autoscaling': autoscaler as Cells,
}
