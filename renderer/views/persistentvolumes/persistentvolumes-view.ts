import { resources } from '../../../shared/api/resources.ts'
import { storageClassOf } from '../../../shared/api/storage.ts'
import type { PersistentVolume } from '../../../shared/api/types/core-v1.ts'
import { ageColumn, nameColumn, stateColumn, textColumn } from '../common-columns.ts'
import { type Cell, kindView } from '../kind-view.ts'
import { type ObjectState, TERMINATING, type Tone } from '../object-state.ts'
import { linkTo, properties, textRows } from '../sections.ts'
import { accessModesText } from '../storage/access-modes.ts'
import { storageBytes } from '../storage/storage-size.ts'

const TONES: Readonly<Record<string, Tone>> = {
  Available: 'good',
  Bound: 'good',
  Pending: 'progress',
  Released: 'idle',
  Failed: 'bad',
}

export function volumeState({ metadata, status }: PersistentVolume): ObjectState {
  if (metadata.deletionTimestamp !== undefined) return TERMINATING
  const word = status?.phase ?? 'Pending'
  return { word, tone: TONES[word] ?? 'warning' }
}

const size = ({ spec }: PersistentVolume) => spec?.capacity?.storage ?? '0'

const claimText = ({ spec }: PersistentVolume) =>
  spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''

function claimLink({ spec }: PersistentVolume): Cell {
  return linkTo('PersistentVolumeClaim', spec?.claimRef?.name ?? '', spec?.claimRef?.namespace)
}

export const persistentVolumesView = kindView<PersistentVolume>({
  id: 'persistentvolumes',
  group: 'storage',
  ref: resources.persistentVolumes,
  state: volumeState,
  columns: [
    nameColumn,
    { id: 'capacity', width: 84, rank: 1, cell: size, order: (volume) => storageBytes(size(volume)) },
    textColumn('accessModes', { width: 116, rank: 4 }, ({ spec }) => accessModesText(spec?.accessModes)),
    textColumn('reclaimPolicy', { width: 116, rank: 3 }, ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
    stateColumn(116, volumeState),
    textColumn('claim', { width: 190, rank: 1 }, claimText),
    textColumn('storageClass', { width: 112, rank: 2 }, storageClassOf),
    textColumn('reason', { width: 100, rank: 5 }, ({ status }) => status?.reason ?? ''),
    ageColumn,
  ],
  sections: (volume, text) => {
    const { spec, status } = volume
    const storageClass = storageClassOf(volume)
    return [
      properties(volume, text, {
        state: volumeState(volume),
        rows: [
          ...(spec?.claimRef ? [{ label: text.columns.claim, value: claimLink(volume) }] : []),
          ...(storageClass
            ? [{ label: text.columns.storageClass, value: linkTo('StorageClass', storageClass, undefined) }]
            : []),
          ...textRows([
            [text.columns.capacity, size(volume)],
            [text.columns.accessModes, (spec?.accessModes ?? []).join(', ')],
            [text.columns.reclaimPolicy, spec?.persistentVolumeReclaimPolicy],
            [text.details.volumeMode, spec?.volumeMode],
            [text.columns.reason, status?.reason],
            [text.columns.message, status?.message],
          ]),
        ],
      }),
    ]
  },
})
