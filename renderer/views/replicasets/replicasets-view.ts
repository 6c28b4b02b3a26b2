import { resources } from '../../../shared/api/resources.ts'
import type { ReplicaSet } from '../../../shared/api/types/apps-v1.ts'
import { ageColumn, nameColumn, namespaceColumn, stateColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { type ObjectState, TERMINATING } from '../object-state.ts'
import { createdRow, ownerRows, selectorText, textRows } from '../sections.ts'

export function replicaSetState({ spec, status, metadata }: ReplicaSet): ObjectState {
  if (metadata.deletionTimestamp !== undefined) return TERMINATING
  const failure = status?.conditions?.find(({ type }) => type === 'ReplicaFailure')
  if (failure?.status === 'True') return { word: failure.reason ?? 'ReplicaFailure', tone: 'bad' }
  const desired = spec?.replicas ?? 1
  if (desired === 0) return { word: 'Scaled to 0', tone: 'idle' }
  if ((status?.readyReplicas ?? 0) >= desired) return { word: 'Ready', tone: 'good' }
  return { word: 'Progressing', tone: 'progress' }
}

export const replicaSetsView = kindView<ReplicaSet>({
  id: 'replicasets',
  group: 'workloads',
  ref: resources.replicaSets,
  state: replicaSetState,
  columns: [
    nameColumn,
    namespaceColumn,
    stateColumn(140, replicaSetState),
    number('desired', ({ spec }) => spec?.replicas ?? 1),
    number('current', ({ status }) => status?.replicas ?? 0),
    number('ready', ({ status }) => status?.readyReplicas ?? 0),
    ageColumn,
  ],
  sections: (set, text) => [
    {
      title: text.details.properties,
      rows: [
        { label: text.columns.status, value: { type: 'state', state: replicaSetState(set) } },
        ...createdRow(set, text),
        ...ownerRows(set, text),
        ...textRows([
          [text.columns.desired, set.spec?.replicas ?? 1],
          [text.columns.current, set.status?.replicas ?? 0],
          [text.columns.ready, set.status?.readyReplicas ?? 0],
          [text.details.selector, selectorText(set.spec?.selector.matchLabels)],
        ]),
      ],
    },
  ],
})

function number(id: 'desired' | 'current' | 'ready', value: (set: ReplicaSet) => number) {
  return { id, width: 76, rank: 2, cell: (set: ReplicaSet) => `${value(set)}`, order: value }
}
