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

export interface UsedColumnOptions<T extends KubeObject> extends Pick<Column<T>, 'width' | 'rank'> {
  readonly of: UseCell['of']
  readonly resource: UsedResource
  key(object: T): string
  bound(object: T, resource: UsedResource): UseCell['bound']
}

/** A column of what is taken now; without a sample it stands below all that have one. */
export function usedColumn<T extends KubeObject>(options: UsedColumnOptions<T>): Column<T> {
  const { of, resource, width, rank, key, bound } = options
  return {
    id: resource,
    width,
    rank,
    align: 'right',
    byUse: true,
    cell: (object) => ({ type: 'use', of, key: key(object), resource, bound: bound(object, resource) }),
    // Asked for each row at each sample: without the bound.
    order: (object, usage) => usedNow({ of, key: key(object), resource }, usage) ?? -1,
  }
}
