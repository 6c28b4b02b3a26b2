import type { KubeObject } from '../../shared/api/object.ts'
import { parseTimestamp } from '../../shared/api/timestamp.ts'
import type { Cell, Column } from './kind-view.ts'
import type { ObjectState } from './object-state.ts'

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

/** A column of text or links, in the order of its text. */
export function textColumn<T extends KubeObject>(
  id: Column<T>['id'],
  { width, rank }: Pick<Column<T>, 'width' | 'rank'>,
  cell: (object: T) => Cell,
): Column<T> {
  return { id, width, rank, cell }
}

/** A column of numbers, in their order. */
export function countColumn<T extends KubeObject>(id: Column<T>['id'], rank: number, value: (object: T) => number) {
  return { id, width: 84, rank, cell: (object: T) => `${value(object)}`, order: value } satisfies Column<T>
}

export function stateColumn<T extends KubeObject>(width: number, state: (object: T) => ObjectState): Column<T> {
  return { id: 'status', width, rank: 0, cell: (object) => ({ type: 'state', state: state(object) }) }
}
