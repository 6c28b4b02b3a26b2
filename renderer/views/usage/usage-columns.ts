import type { KubeObject } from '../../../shared/api/object.ts'
import type { UsageNow } from '../../stores/usage-readers.ts'
import type { Cell, Column } from '../kind-view.ts'
import type { UsedResource } from './usage-text.ts'

export type UseCell = Extract<Cell, { readonly type: 'use' }>

/** What the cell's pod or node takes; undefined before it was sampled. */
export function usedNow({ of, key, resource }: Pick<UseCell, 'of' | 'key' | 'resource'>, usage: UsageNow) {
  const use = usage[of].get(key)
  return resource === 'cpu' ? use?.cpuMillis : use?.memoryBytes
}

/** A column of what is taken now; without a sample it stands below all that have one. */
export function usedColumn<T extends KubeObject>(
  resource: UsedResource,
  { width, rank }: Pick<Column<T>, 'width' | 'rank'>,
  cell: (object: T) => UseCell,
): Column<T> {
  return {
    id: resource,
    width,
    rank,
    align: 'right',
    byUse: true,
    cell,
    order: (object, usage) => usedNow(cell(object), usage) ?? -1,
  }
}
