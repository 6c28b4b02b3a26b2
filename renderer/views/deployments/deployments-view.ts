import { resources } from '../../../shared/api/resources.ts'
import type { Deployment } from '../../../shared/api/types/apps-v1.ts'
import { ageColumn, nameColumn, namespaceColumn, stateColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { type ObjectState, TERMINATING } from '../object-state.ts'
import { createdRow, imagesText, selectorText, textRows } from '../sections.ts'

/** In the words of `kubectl rollout status`: what the rollout is at. */
export function deploymentState(deployment: Deployment): ObjectState {
  const { spec, status = {}, metadata } = deployment
  const condition = (type: string) => status.conditions?.find((one) => one.type === type)
  const replicas = spec?.replicas ?? 1
  if (metadata.deletionTimestamp !== undefined) return TERMINATING
  if (condition('Progressing')?.reason === 'ProgressDeadlineExceeded') return { word: 'Failed', tone: 'bad' }
  if (condition('ReplicaFailure')?.status === 'True') return { word: 'ReplicaFailure', tone: 'bad' }
  const observed = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const done =
    observed &&
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas
  if (done) return replicas === 0 ? { word: 'Scaled to 0', tone: 'idle' } : { word: 'Available', tone: 'good' }
  if (spec?.paused) return { word: 'Paused', tone: 'idle' }
  if (condition('Available')?.status === 'False' && (status.updatedReplicas ?? 0) === replicas) {
    return { word: 'Unavailable', tone: 'warning' }
  }
  return { word: 'Progressing', tone: 'progress' }
}

export const deploymentsView = kindView<Deployment>({
  id: 'deployments',
  group: 'workloads',
  ref: resources.deployments,
  state: deploymentState,
  columns: [
    { ...nameColumn, width: 180 },
    namespaceColumn,
    stateColumn(140, deploymentState),
    {
      id: 'ready',
      width: 72,
      rank: 1,
      cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`,
      order: ({ status }) => status?.readyReplicas ?? 0,
    },
    {
      id: 'upToDate',
      width: 92,
      rank: 3,
      cell: ({ status }) => `${status?.updatedReplicas ?? 0}`,
      order: ({ status }) => status?.updatedReplicas ?? 0,
    },
    {
      id: 'available',
      width: 84,
      rank: 3,
      cell: ({ status }) => `${status?.availableReplicas ?? 0}`,
      order: ({ status }) => status?.availableReplicas ?? 0,
    },
    ageColumn,
    {
      id: 'images',
      width: 240,
      rank: 4,
      cell: ({ spec }) => imagesText(spec?.template.spec),
    },
  ],
  sections: (deployment, text) => [
    {
      title: text.details.properties,
      rows: [
        { label: text.columns.status, value: { type: 'state', state: deploymentState(deployment) } },
        ...createdRow(deployment, text),
        ...textRows([
          [text.details.replicas, replicasText(deployment)],
          [text.details.strategy, strategyText(deployment)],
          [text.details.selector, selectorText(deployment.spec?.selector.matchLabels)],
          [text.details.image, imagesText(deployment.spec?.template.spec)],
        ]),
      ],
    },
  ],
})

function replicasText({ spec, status }: Deployment): string {
  return `${spec?.replicas ?? 1} · ${status?.updatedReplicas ?? 0} up-to-date · ${status?.availableReplicas ?? 0} available`
}

function strategyText({ spec }: Deployment): string {
  const { type = 'RollingUpdate', rollingUpdate } = spec?.strategy ?? {}
  if (rollingUpdate === undefined) return type
  return `${type} (max surge ${rollingUpdate.maxSurge}, max unavailable ${rollingUpdate.maxUnavailable})`
}
