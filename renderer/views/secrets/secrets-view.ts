import { resources } from '../../../shared/api/resources.ts'
import type { Secret } from '../../../shared/api/types/core-v1.ts'
import { ageColumn, nameColumn, namespaceColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { createdRow, textRows } from '../sections.ts'

const keyCount = ({ data = {} }: Secret) => Object.keys(data).length

export const secretsView = kindView<Secret>({
  id: 'secrets',
  group: 'config',
  ref: resources.secrets,
  columns: [
    nameColumn,
    { ...namespaceColumn, width: 160 },
    { id: 'type', width: 240, rank: 2, cell: ({ type }) => type ?? 'Opaque' },
    { id: 'data', width: 72, rank: 1, cell: (secret) => `${keyCount(secret)}`, order: keyCount },
    ageColumn,
  ],
  sections: (secret, text) => [
    {
      title: text.details.properties,
      rows: [
        ...createdRow(secret, text),
        ...textRows([
          [text.columns.type, secret.type],
          [text.columns.data, text.details.keys(keyCount(secret))],
        ]),
      ],
    },
  ],
})
