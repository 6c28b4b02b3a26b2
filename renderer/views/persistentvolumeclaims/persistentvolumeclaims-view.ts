import { resources } from '../../../shared/api/resources.ts'
import { storageClassOf } from '../../../shared/api/storage.ts'
import type { PersistentVolumeClaim } from '../../../shared/api/types/core-v1.ts'
import { ageColumn, nameColumn, namespaceColumn, stateColumn, textColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { type ObjectState, TERMINATING, type Tone } from '../object-state.ts'
import { linkTo, properties, textRows } from '../sections.ts'
import { accessModesText } from '../storage/access-modes.ts'
import { storageBytes } from '../storage/storage-size.ts'

const TONES: Readonly<Record<string, Tone>> = { Bound: 'good', Pending: 'progress', Lost: 'bad' }

export function claimState({ metadata, status }: PersistentVolumeClaim): ObjectState {
  if (metadata.deletionTimestamp !== undefined) return TERMINATING
  const word = status?.phase ?? 'Pending'
  return { word, tone: TONES[word] ?? 'warning' }
}

const capacity = ({ spec, status }: PersistentVolumeClaim) =>
  spec?.volumeName ? (status?.capacity?.storage ?? '0') : ''

export const persistentVolumeClaimsView = kindView<PersistentVolumeClaim>({
  id: 'persistentvolumeclaims',
  group: 'storage',
  ref: resources.persistentVolumeClaims,
  state: claimState,
  columns: [
    { ...nameColumn, width: 170 },
    namespaceColumn,
    stateColumn(116, claimState),
    textColumn('volume', { width: 190, rank: 4 }, ({ spec }) => spec?.volumeName ?? ''),
    { id: 'capacity', width: 84, rank: 1, cell: capacity, order: (claim) => storageBytes(capacity(claim)) },
    textColumn('accessModes', { width: 116, rank: 3 }, ({ spec, status }) =>
      spec?.volumeName ? accessModesText(status?.accessModes) : '',
    ),
    textColumn('storageClass', { width: 112, rank: 2 }, storageClassOf),
    ageColumn,
  ],
  sections: (claim, text) => {
    const { spec, status } = claim
    const storageClass = storageClassOf(claim)
    return [
      properties(claim, text, {
        state: claimState(claim),
        rows: [
          ...(spec?.volumeName
            ? [{ label: text.columns.volume, value: linkTo('PersistentVolume', spec.volumeName, undefined) }]
            : []),
          ...(storageClass
            ? [{ label: text.columns.storageClass, value: linkTo('StorageClass', storageClass, undefined) }]
            : []),
          ...textRows([
            [text.columns.capacity, capacity(claim)],
            [text.details.requested, spec?.resources?.requests?.storage],
            [text.columns.accessModes, (status?.accessModes ?? spec?.accessModes ?? []).join(', ')],
            [text.details.volumeMode, spec?.volumeMode],
          ]),
          ...(spec?.dataSource
            ? [
                {
                  label: text.details.dataSource,
                  value: linkTo(spec.dataSource.kind, spec.dataSource.name, claim.metadata.namespace),
                },
              ]
            : []),
        ],
      }),
    ]
  },
})
