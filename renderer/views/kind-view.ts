import type { KubeObject } from '../../shared/api/object.ts'
import type { ResourceRef } from '../../shared/api/resources.ts'
import type { Messages } from '../messages/en.ts'
import type { UsageNow } from '../stores/usage-readers.ts'
import type { ObjectState } from './object-state.ts'
import type { UsedResource } from './usage/usage-text.ts'

/** What a cell holds; how it looks is the table's matter. */
export type Cell =
  | string
  | { readonly type: 'state'; readonly state: ObjectState }
  /** Ticks: milliseconds since the epoch. */
  | { readonly type: 'age'; readonly since: number | undefined; readonly before?: string }
  | { readonly type: 'link'; readonly text: string; readonly kind: string; readonly key: string }
  | { readonly type: 'address'; readonly text: string; readonly url: string }
  /** A part of something: 1 is all of it. */
  | { readonly type: 'share'; readonly text: string; readonly share: number }
  /** What a pod (by uid) or a node (by name) takes now; live, without the object changing. */
  | {
      readonly type: 'use'
      readonly of: 'pods' | 'nodes'
      readonly key: string
      readonly resource: UsedResource
      /** What it is measured by, where there is something. */
      readonly bound: { readonly kind: 'limit' | 'request' | 'allocatable'; readonly amount: number } | undefined
    }

export interface Column<T extends KubeObject> {
  readonly id: keyof Messages['columns']
  /** In pixels, fixed, so that nothing jumps while values change; the flexible column takes what is left. */
  readonly width: number
  readonly flexible?: true
  readonly align?: 'right'
  /** Columns with the highest number are left out first where there is no room. 0 stays. */
  readonly rank: number
  cell(object: T): Cell
  /** Ordered by what is taken now: the first click brings the largest to the top. */
  readonly byUse?: true
  /** Order of the column; by the cell's text when absent. */
  order?(object: T, usage: UsageNow): string | number
}

export interface Section {
  readonly title: string
  readonly rows: readonly { readonly label: string; readonly value: Cell }[]
}

export type KindId = keyof Messages['kinds']
export type KindGroup = 'workloads' | 'network' | 'storage' | 'config' | 'cluster'

/** All that the interface knows of one kind: a new kind is one more of these. */
export interface KindView<T extends KubeObject = KubeObject> {
  readonly id: KindId
  readonly group: KindGroup
  readonly ref: ResourceRef<T>
  readonly columns: readonly Column<T>[]
  /** Without one the kind has no state worth a mark. */
  state?(object: T): ObjectState
  /** The properties in the details panel. */
  sections(object: T, text: Messages): readonly Section[]
  /** Column id and direction before the user chose. */
  readonly sort?: string
}

/** Types a view for its kind and hands it out for the list of all kinds. */
export function kindView<T extends KubeObject>(view: KindView<T>): KindView {
  return view as unknown as KindView
}
