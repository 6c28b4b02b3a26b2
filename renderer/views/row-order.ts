import type { KubeObject } from '../../shared/api/object.ts'
import { NO_USAGE, type UsageNow } from '../stores/usage-readers.ts'
import type { Cell, KindView } from './kind-view.ts'

export interface RowQuery {
  /** "" is all. */
  readonly namespace: string
  readonly filter: string
  /** Column id, "-" before it for descending. */
  readonly sort: string
}

interface Row {
  readonly key: string
  readonly object: KubeObject
  readonly value: string | number
}

/**
 * The rows of a list: filtered and in order. Keeps the last order, so that sorting after a few changes costs little
 * more than one pass over the rows.
 */
export class RowOrder {
  readonly #kind: KindView
  readonly #texts = new WeakMap<KubeObject, string>()
  #keys: readonly string[] = []
  #query = ''

  constructor(kind: KindView) {
    this.#kind = kind
  }

  update(objects: ReadonlyMap<string, KubeObject>, query: RowQuery, usage: UsageNow = NO_USAGE): readonly KubeObject[] {
    const passes = this.#predicate(query)
    const same = this.#query === JSON.stringify(query)
    const orderOf = this.#values(query.sort, usage)
    const rows: Row[] = []
    const known = new Set<string>()
    const take = (key: string, object: KubeObject | undefined) => {
      if (object === undefined) return
      known.add(key)
      if (passes(object)) rows.push({ key, object, value: orderOf(object) })
    }
    if (same) for (const key of this.#keys) take(key, objects.get(key))
    for (const [key, object] of objects) if (!known.has(key)) take(key, object)
    rows.sort(comparator(this.#chosen(query.sort).startsWith('-')))
    this.#query = JSON.stringify(query)
    this.#keys = rows.map(({ key }) => key)
    return rows.map(({ object }) => object)
  }

  #predicate({ namespace, filter }: RowQuery): (object: KubeObject) => boolean {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
    // A namespace is itself in no namespace: the list of namespaces shows all whatever is chosen.
    const scoped = namespace !== '' && this.#kind.ref.namespaced
    return (object) => {
      if (scoped && object.metadata.namespace !== namespace) return false
      return words.length === 0 || words.every((word) => this.#text(object).includes(word))
    }
  }

  #chosen(sort: string): string {
    return sort || this.#kind.sort || ''
  }

  /** What a row is ordered by, asked once for each; "" where only the key counts. */
  #values(sort: string, usage: UsageNow): (object: KubeObject) => string | number {
    const chosen = this.#chosen(sort)
    const column = this.#kind.columns.find(({ id }) => id === chosen.replace('-', ''))
    if (column === undefined) return () => ''
    if (column.order === undefined) return (object) => cellText(column.cell(object))
    return (object) => column.order?.(object, usage) ?? ''
  }

  /** All that the filter looks at, in small letters. */
  #text(object: KubeObject): string {
    let text = this.#texts.get(object)
    if (text === undefined) {
      const labels = Object.entries(object.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`)
      // What is taken now is no text: its cells, which sum up requests and limits, are not even made.
      const columns = this.#kind.columns.filter(({ byUse }) => !byUse)
      text = [...columns.map((column) => cellText(column.cell(object))), ...labels].join('\n').toLowerCase()
      this.#texts.set(object, text)
    }
    return text
  }
}

function comparator(descending: boolean): (a: Row, b: Row) => number {
  return (a, b) => {
    const difference = compare(a.value, b.value)
    return difference === 0 ? compare(a.key, b.key) : descending ? -difference : difference
  }
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (cell.type === 'state') return cell.state.word
  if (cell.type === 'use') return ''
  return cell.type === 'age' ? (cell.before ?? '') : cell.text
}
