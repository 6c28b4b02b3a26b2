import { resources } from '../../../shared/api/resources.ts'
import type { StorageClass } from '../../../shared/api/types/storage-v1.ts'
import { ageColumn, nameColumn, textColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { properties, textRows } from '../sections.ts'

const DEFAULTS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

export function isDefaultClass({ metadata }: StorageClass): boolean {
  return DEFAULTS.some((annotation) => metadata.annotations?.[annotation] === 'true')
}

/** As kubectl's NAME. */
const classText = (one: StorageClass) => `${one.metadata.name}${isDefaultClass(one) ? ' (default)' : ''}`

export const storageClassesView = kindView<StorageClass>({
  id: 'storageclasses',
  group: 'storage',
  ref: resources.storageClasses,
  columns: [
    { ...nameColumn, cell: (one) => classText(one as StorageClass) },
    textColumn('provisioner', { width: 220, rank: 1 }, ({ provisioner }) => provisioner),
    textColumn('reclaimPolicy', { width: 120, rank: 2 }, ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    textColumn('bindingMode', { width: 190, rank: 2 }, ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
    textColumn('expansion', { width: 110, rank: 3 }, ({ allowVolumeExpansion }) => `${allowVolumeExpansion ?? false}`),
    ageColumn,
  ],
  sections: (one, text) => [
    properties(one, text, {
      rows: textRows([
        [text.columns.name, classText(one)],
        [text.columns.provisioner, one.provisioner],
        [text.columns.reclaimPolicy, one.reclaimPolicy ?? 'Delete'],
        [text.columns.bindingMode, one.volumeBindingMode ?? 'Immediate'],
        [text.columns.expansion, `${one.allowVolumeExpansion ?? false}`],
        ...Object.entries(one.parameters ?? {}),
      ]),
    }),
  ],
})
