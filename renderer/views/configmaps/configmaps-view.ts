import { resources } from '../../../shared/api/resources.ts'
import type { ConfigMap } from '../../../shared/api/types/core-v1.ts'
import { ageColumn, nameColumn, namespaceColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { createdRow, textRows } from '../sections.ts'

const keyCount = ({ data = {}, binaryData = {} }: ConfigMap) =>
  Object.keys(data).length + Object.keys(binaryData).length

export const configMapsView = kindView<ConfigMap>({
  id: 'configmaps',
  group: 'config',
  ref: resources.configMaps,
  columns: [
    nameColumn,
    { ...namespaceColumn, width: 160 },
    { id: 'data', width: 72, rank: 1, cell: (map) => `${keyCount(map)}`, order: keyCount },
    ageColumn,
  ],
  sections: (map, text) => [
    {
      title: text.details.properties,
      rows: [...createdRow(map, text), ...textRows([[text.columns.data, text.details.keys(keyCount(map))]])],
    },
  ],
})
