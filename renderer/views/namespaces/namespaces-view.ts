import { resources } from '../../../shared/api/resources.ts'
import type { Namespace } from '../../../shared/api/types/core-v1.ts'
import { ageColumn, nameColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import type { ObjectState } from '../object-state.ts'
import { createdRow } from '../sections.ts'

function namespaceState({ status }: Namespace): ObjectState {
  const word = status?.phase ?? 'Active'
  return { word, tone: word === 'Active' ? 'good' : 'idle' }
}

export const namespacesView = kindView<Namespace>({
  id: 'namespaces',
  group: 'cluster',
  ref: resources.namespaces,
  state: namespaceState,
  columns: [
    nameColumn,
    { id: 'status', width: 160, rank: 0, cell: (one) => ({ type: 'state', state: namespaceState(one) }) },
    ageColumn,
  ],
  sections: (namespace, text) => [
    {
      title: text.details.properties,
      rows: [
        { label: text.columns.status, value: { type: 'state', state: namespaceState(namespace) } },
        ...createdRow(namespace, text),
      ],
    },
  ],
})
