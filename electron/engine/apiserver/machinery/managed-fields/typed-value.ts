import { setMember } from '../../../../../shared/lang/set-member.ts'
import { isJsonObject } from '../go-value.ts'
import type { JsonObject } from '../json-text.ts'
import { FieldSet } from './field-set.ts'
import { itemElement, type ListMerge, type MapMerge, type MergeType, resolveMerge } from './merge-schema.ts'

/** Field sets, comparisons and removals of values that have a merge type. Values are never changed, results share. */

/** Every leaf that a value sets, list items and keys of maps included. */
export function toFieldSet(type: MergeType, value: unknown): FieldSet {
  const set = new FieldSet()
  const merge = resolveMerge(type, value)
  if (merge.form === 'map' && !merge.atomic && isJsonObject(value)) collectFields(merge, value, set)
  return set
}

/** Puts `element` with the value it has into the set that it is an element of. */
function collect(type: MergeType, value: unknown, element: string, set: FieldSet): void {
  const merge = resolveMerge(type, value)
  if (merge.form === 'scalar' || merge.atomic) {
    set.members.add(element)
    return
  }
  const below = new FieldSet()
  if (merge.form === 'list') collectItems(merge, value, below)
  else if (isJsonObject(value)) collectFields(merge, value, below)
  if (!below.isEmpty) set.children.set(element, below)
}

function collectFields(map: MapMerge, value: JsonObject, set: FieldSet): void {
  for (const name in value) {
    const own = value[name]
    if (own === undefined) continue
    const element = `f:${name}`
    const declared = map.field(name)
    const type = declared ?? map.element
    if (type !== undefined) collect(type, own, element, set)
    if (declared === undefined || own === null || isEmptyMap(own)) set.members.add(element)
  }
}

function collectItems(list: ListMerge, value: unknown, set: FieldSet): void {
  if (!Array.isArray(value)) return
  const elements = value.map((item) => itemElement(list, item))
  const counts = countOf(elements)
  for (let i = 0; i < value.length; i++) {
    const element = elements[i] as string
    if (counts.get(element) === 1) collect(list.element, value[i], element, set)
    set.members.add(element)
  }
}

export interface Comparison {
  readonly added: FieldSet
  readonly removed: FieldSet
  readonly modified: FieldSet
}

export function compareValues(type: MergeType, left: unknown, right: unknown): Comparison {
  const comparison = { added: new FieldSet(), removed: new FieldSet(), modified: new FieldSet() }
  compare(type, left, right, comparison, [])
  return comparison
}

/** `undefined` stands for absent. */
function compare(type: MergeType, left: unknown, right: unknown, out: Comparison, path: string[]): void {
  if (left === right) return
  const l = resolveMerge(type, left === undefined ? right : left)
  const r = resolveMerge(type, right === undefined ? left : right)
  const isLeaf =
    l.form !== r.form || r.form === 'scalar' || r.atomic || (isEmptyContainer(left) && isEmptyContainer(right))
  if (isLeaf) {
    if (left === undefined) out.added.insert(path)
    else if (right === undefined) out.removed.insert(path)
    else if (!sameValue(left, right)) out.modified.insert(path)
    return
  }
  if (r.form === 'list') compareItems(r, left, right, out, path)
  else compareFields(r, left, right, out, path)
  if (left === undefined) out.added.insert(path)
  else if (right === undefined) out.removed.insert(path)
}

function compareFields(map: MapMerge, left: unknown, right: unknown, out: Comparison, path: string[]): void {
  const l = isJsonObject(left) ? left : EMPTY
  const r = isJsonObject(right) ? right : EMPTY
  const visit = (name: string) => {
    const type = map.field(name) ?? map.element
    if (type === undefined || l[name] === r[name]) return
    path.push(`f:${name}`)
    compare(type, l[name], r[name], out, path)
    path.pop()
  }
  for (const name in l) visit(name)
  for (const name in r) if (l[name] === undefined) visit(name)
}

function compareItems(list: ListMerge, left: unknown, right: unknown, out: Comparison, path: string[]): void {
  const l = groupItems(list, left)
  const r = groupItems(list, right)
  for (const element of new Set([...l.keys(), ...r.keys()])) {
    const ls = l.get(element) ?? []
    const rs = r.get(element) ?? []
    path.push(element)
    if (ls.length <= 1 && rs.length <= 1) compare(list.element, ls[0], rs[0], out, path)
    else if (ls.length >= 2 && rs.length >= 2) {
      if (!sameValue(ls, rs)) out.modified.insert(path)
    } else if (ls.length >= 2) {
      if (rs.length > 0) compare(list.element, undefined, rs[0], out, path)
      out.removed.insert(path)
    } else {
      if (ls.length > 0) compare(list.element, ls[0], undefined, out, path)
      out.added.insert(path)
    }
    path.pop()
  }
}

/** The value without the items of `set`; `null` when nothing is left of it. */
export function removeItems(type: MergeType, value: unknown, set: FieldSet): unknown {
  if (set.isEmpty) return value
  const merge = resolveMerge(type, value)
  if (merge.form === 'scalar') return value
  if (merge.form === 'list')
    return Array.isArray(value) && value.length > 0 && !merge.atomic ? removeFromList(merge, value, set) : null
  return isJsonObject(value) && !isEmptyMap(value) && !merge.atomic ? removeFromMap(merge, value, set) : null
}

function removeFromList(list: ListMerge, value: readonly unknown[], set: FieldSet): unknown {
  const kept: unknown[] = []
  let changed = false
  for (const item of value) {
    const element = itemElement(list, item)
    if (set.members.has(element)) {
      changed = true
      continue
    }
    const below = set.children.get(element)
    const rest = below === undefined ? item : removeItems(list.element, item, below)
    if (rest !== item) changed = true
    kept.push(rest)
  }
  if (kept.length === 0) return null
  return changed ? kept : value
}

function removeFromMap(map: MapMerge, value: JsonObject, set: FieldSet): unknown {
  const kept: JsonObject = {}
  let changed = false
  let size = 0
  for (const name in value) {
    const element = `f:${name}`
    if (set.members.has(element)) {
      changed = true
      continue
    }
    const below = set.children.get(element)
    const type = map.field(name) ?? map.element
    let rest = value[name]
    if (below !== undefined && type !== undefined) {
      rest = removeItems(type, rest, below)
    }
    if (rest !== value[name]) changed = true
    setMember(kept, name, rest)
    size++
  }
  if (size === 0) return null
  return changed ? kept : value
}

/** Adds the declared fields that the set has something below of as members. */
export function withNamedFields(type: MergeType | undefined, set: FieldSet): FieldSet {
  if (set.children.size === 0) return set
  const map = type === undefined ? undefined : type.form === 'any' ? type.asMap : type.form === 'map' ? type : undefined
  const list = type?.form === 'list' ? type : undefined
  const members = new Set(set.members)
  const children = new Map<string, FieldSet>()
  for (const [element, child] of set.children) {
    let below: MergeType | undefined
    if (element[0] === 'f' && map !== undefined) {
      const declared = map.field(element.slice(2))
      if (declared !== undefined) members.add(element)
      below = declared ?? map.element
    } else if (element[0] === 'k') below = list?.element
    children.set(element, withNamedFields(below, child))
  }
  return new FieldSet(members, children)
}

/** value.Equals: numbers by value, an absent field is not a null one. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]))
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  let count = 0
  for (const name in a) {
    if (a[name] === undefined) continue
    if (b[name] === undefined || !sameValue(a[name], b[name])) return false
    count++
  }
  for (const name in b) if (b[name] !== undefined) count--
  return count === 0
}

const EMPTY: JsonObject = {}

function groupItems(list: ListMerge, value: unknown): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>()
  if (!Array.isArray(value)) return groups
  for (const item of value) {
    const element = itemElement(list, item)
    const group = groups.get(element)
    if (group === undefined) groups.set(element, [item])
    else group.push(item)
  }
  return groups
}

function countOf(elements: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const element of elements) counts.set(element, (counts.get(element) ?? 0) + 1)
  return counts
}

export function isEmptyMap(value: unknown): boolean {
  if (!isJsonObject(value)) return false
  for (const name in value) if (value[name] !== undefined) return false
  return true
}

export function isEmptyContainer(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return !isJsonObject(value) || isEmptyMap(value)
}
