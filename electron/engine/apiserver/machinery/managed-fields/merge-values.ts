import { setMember } from '../../../../../shared/lang/set-member.ts'
import { isJsonObject } from '../go-value.ts'
import type { JsonObject } from '../json-text.ts'
import { itemElement, type ListMerge, type MapMerge, type MergeType, resolveMerge } from './merge-schema.ts'
import { isEmptyContainer } from './typed-value.ts'

/**
 * typed.Merge: `right` (the applied object) over `left` (the live one). Maps and keyed lists merge, everything else is the
 * right one's where it has one. The result shares what did not change with `left`. `undefined` stands for absent.
 */
export function mergeValues(type: MergeType, left: unknown, right: unknown): unknown {
  if (left === right || right === undefined) return left
  const l = resolveMerge(type, left === undefined ? right : left)
  const r = resolveMerge(type, right)
  if (l.form !== r.form || r.form === 'scalar' || r.atomic) return right
  if (isEmptyContainer(left) && isEmptyContainer(right)) return right
  return r.form === 'list' ? mergeLists(r, left, right) : mergeMaps(r, left, right)
}

function mergeMaps(map: MapMerge, left: unknown, right: unknown): unknown {
  const l: JsonObject = isJsonObject(left) ? left : {}
  let result = l
  if (isJsonObject(right)) {
    for (const name in right) {
      const type = map.field(name) ?? map.element
      if (type === undefined || right[name] === undefined) continue
      const merged = mergeValues(type, l[name], right[name])
      if (merged === l[name]) continue
      if (result === l) result = { ...l }
      setMember(result, name, merged)
    }
  }
  return isJsonObject(left) ? result : { ...result }
}

/** Items keep the live order, with those of the applied object in its order among them. */
function mergeLists(list: ListMerge, left: unknown, right: unknown): unknown {
  const l = Array.isArray(left) ? left : []
  const r = Array.isArray(right) ? right : []
  const leftElements = l.map((item) => itemElement(list, item))
  const rightElements = r.map((item) => itemElement(list, item))
  const leftItems = indexItems(leftElements, l)
  const rightItems = indexItems(rightElements, r)
  const shared = rightElements.filter((element) => leftItems.has(element))
  const merged = new Set<string>()
  const out: unknown[] = []
  let next = shared.shift()
  let li = 0
  let ri = 0
  const takeRight = (element: string) => {
    merged.add(element)
    out.push(mergeValues(list.element, leftItems.get(element), rightItems.get(element)))
    ri++
  }
  while (li < l.length || ri < r.length) {
    const element = leftElements[li]
    if (element !== undefined && ri < r.length) {
      if (element === rightElements[ri]) {
        takeRight(element)
        li++
        next = shared.shift()
        continue
      }
      if (rightItems.has(element) && next !== undefined && next !== element) {
        li++
        continue
      }
    }
    if (element !== undefined) {
      if (!rightItems.has(element)) {
        out.push(l[li++])
        continue
      }
      if (merged.has(element)) li++
    }
    const theirs = rightElements[ri]
    if (theirs !== undefined) {
      takeRight(theirs)
      if (next === theirs) next = shared.shift()
    }
  }
  const unchanged = Array.isArray(left) && out.length === left.length && out.every((item, i) => item === left[i])
  return unchanged ? left : out
}

/** Items by element; `null` for one that is there more than once. */
function indexItems(elements: readonly string[], items: readonly unknown[]): Map<string, unknown> {
  const index = new Map<string, unknown>()
  elements.forEach((element, i) => {
    index.set(element, index.has(element) ? null : items[i])
  })
  return index
}
