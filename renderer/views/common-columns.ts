import type { KubeObject } from '../../shared/api/object.ts'
import { parseTimestamp } from '../../shared/api/timestamp.ts'
import type { Column } from './kind-view.ts'

export const nameColumn: Column<KubeObject> = {
  id: 'name',
  width: 200,
  flexible: true,
  rank: 0,
  cell: (object) => object.metadata.name ?? '',
}

export const namespaceColumn: Column<KubeObject> = {
  id: 'namespace',
  width: 120,
  rank: 3,
  cell: (object) => object.metadata.namespace ?? '',
}

export const ageColumn: Column<KubeObject> = {
  id: 'age',
  width: 72,
  rank: 1,
  cell: (object) => ({ type: 'age', since: parseTimestamp(object.metadata.creationTimestamp) }),
  // Youngest first when ascending, as ages are.
  order: (object) => -(parseTimestamp(object.metadata.creationTimestamp) ?? 0),
}
