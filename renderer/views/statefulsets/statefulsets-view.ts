import { resources } from '../../../shared/api/resources.ts'
import type { StatefulSet } from '../../../shared/api/types/apps-v1.ts'
import { ageColumn, nameColumn, namespaceColumn, stateColumn, textColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { type ObjectState, TERMINATING } from '../object-state.ts'
import { fullSelectorText, imagesText, linkTo, properties, textRows } from '../sections.ts'

/** As `kubectl rollout status` sees it: updated down to the partition, and all ready. */
export function statefulSetState({ spec, status, metadata }: StatefulSet): ObjectState {
  if (metadata.deletionTimestamp !== undefined) return TERMINATING
  const replicas = spec?.replicas ?? 1
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  if (isObserved && replicas === 0 && (status?.replicas ?? 0) === 0) return { word: 'Scaled to 0', tone: 'idle' }
  const ready = status?.readyReplicas ?? 0
  const toUpdate =
    spec?.updateStrategy?.type === 'OnDelete'
      ? 0
      : Math.max(0, replicas - (spec?.updateStrategy?.rollingUpdate?.partition ?? 0))
  const isUpdated = status?.updateRevision === status?.currentRevision || (status?.updatedReplicas ?? 0) >= toUpdate
  if (!isObserved || ready < replicas || (status?.replicas ?? 0) !== replicas || !isUpdated) {
    return { word: 'Progressing', tone: 'progress' }
  }
  return { word: 'Ready', tone: 'good' }
}

export const statefulSetsView = kindView<StatefulSet>({
  id: 'statefulsets',
  group: 'workloads',
  ref: resources.statefulSets,
  state: statefulSetState,
  columns: [
    { ...nameColumn, width: 180 },
    namespaceColumn,
    stateColumn(140, statefulSetState),
    {
      id: 'ready',
      width: 72,
      rank: 1,
      cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`,
      order: ({ status }) => status?.readyReplicas ?? 0,
    },
    ageColumn,
    textColumn('images', { width: 260, rank: 4 }, ({ spec }) => imagesText(spec?.template.spec)),
  ],
  sections: (set, text) => {
    const { spec, status, metadata } = set
    const { type = 'RollingUpdate', rollingUpdate } = spec?.updateStrategy ?? {}
    const kept = spec?.persistentVolumeClaimRetentionPolicy
    return [
      properties(set, text, {
        state: statefulSetState(set),
        rows: [
          ...textRows([
            [text.details.replicas, `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`],
            [text.details.strategy, rollingUpdate?.partition ? `${type} (partition ${rollingUpdate.partition})` : type],
            [text.details.podManagement, spec?.podManagementPolicy],
          ]),
          ...(spec?.serviceName
            ? [{ label: text.details.service, value: linkTo('Service', spec.serviceName, metadata.namespace) }]
            : []),
          ...textRows([
            [
              text.details.claimTemplates,
              (spec?.volumeClaimTemplates ?? [])
                .map((claim) => `${claim.metadata.name} ${claim.spec?.resources?.requests?.storage ?? ''}`.trim())
                .join(', '),
            ],
            [
              text.details.claimRetention,
              spec?.volumeClaimTemplates?.length && kept
                ? `whenDeleted ${kept.whenDeleted}, whenScaled ${kept.whenScaled}`
                : undefined,
            ],
            [text.details.selector, fullSelectorText(spec?.selector)],
            [text.details.image, imagesText(spec?.template.spec)],
          ]),
        ],
      }),
    ]
  },
})
