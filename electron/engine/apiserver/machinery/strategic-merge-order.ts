import { goText, isJsonObject, sameScalar } from './go-value.ts'
import { PatchError } from './merge-patch.ts'

/** The order of merged lists: the patch's items in the patch's order, the server's own where they were. */

/** Splits a merged list into what `order` names and what only the server has. */
export function partition(
  merged: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string,
): [fromPatch: unknown[], serverOnly: unknown[]] {
  const fromPatch: unknown[] = []
  const serverOnly: unknown[] = []
  for (const item of merged) {
    const isNamed = positionOf(order, keyOf(item, mergeKey), mergeKey) >= 0
    ;(isNamed ? fromPatch : serverOnly).push(item)
  }
  return [fromPatch, serverOnly]
}

export interface Ordering {
  readonly fromPatch: readonly unknown[]
  readonly serverOnly: readonly unknown[]
  readonly patchOrder: readonly unknown[]
  readonly serverOrder: readonly unknown[]
  readonly mergeKey: string
  readonly isMap: boolean
}

export function mergeInOrder({ fromPatch, serverOnly, patchOrder, serverOrder, mergeKey, isMap }: Ordering): unknown[] {
  const key = isMap ? mergeKey : ''
  const right = sortBy(fromPatch, patchOrder, key)
  const left = sortBy(serverOnly, serverOrder, key)
  const merged: unknown[] = []
  let l = 0
  let r = 0
  while (l < left.length || r < right.length) {
    if (l < left.length && (r >= right.length || comesBefore(left[l], right[r], serverOrder, key)))
      merged.push(left[l++])
    else merged.push(right[r++])
  }
  return merged
}

function comesBefore(left: unknown, right: unknown, order: readonly unknown[], key: string): boolean {
  const l = positionOf(order, keyOf(left, key), key)
  const r = positionOf(order, keyOf(right, key), key)
  return l >= 0 && r >= 0 && l < r
}

/** An insertion sort whose comparison is true for items that `order` does not name, as Go's is. */
function sortBy(items: readonly unknown[], order: readonly unknown[], key: string): unknown[] {
  if (key !== '') for (const item of order) keyOf(item, key)
  const sorted = [...items]
  const places = sorted.map((item) => positionOf(order, keyOf(item, key), key))
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0; j--) {
      const [place, before] = [places[j] as number, places[j - 1] as number]
      if (place >= 0 && before >= 0 && place >= before) break
      ;[sorted[j - 1], sorted[j]] = [sorted[j], sorted[j - 1]]
      places[j] = before
      places[j - 1] = place
    }
  }
  return sorted
}

/** Refuses a `$setElementOrder` that does not name the patch's elements in their order. */
export function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return
  const kept = mergeKey === '' ? patch : patch.filter((item) => !isJsonObject(item) || item.$patch !== 'delete')
  let p = 0
  let o = 0
  while (p < kept.length && o < order.length) {
    const item = kept[p]
    if (isJsonObject(item) && '$patch' in item) {
      p++
      continue
    }
    if (sameScalar(keyOf(item, mergeKey), keyOf(order[o], mergeKey))) p++
    o++
  }
  if (p < kept.length && o >= order.length) {
    throw new PatchError(
      `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
    )
  }
}

export function noMergeKey(map: unknown, mergeKey: string): PatchError {
  return new PatchError(`map: ${goText(map)} does not contain declared merge key: ${mergeKey}`)
}

function keyOf(item: unknown, mergeKey: string): unknown {
  if (mergeKey === '') return item
  if (!isJsonObject(item)) throw new PatchError(`expected a map[string]interface {}, but received a ${typeof item}`)
  if (!(mergeKey in item)) throw noMergeKey(item, mergeKey)
  return item[mergeKey]
}

function positionOf(list: readonly unknown[], value: unknown, mergeKey: string): number {
  return list.findIndex((item) => {
    const own = mergeKey === '' ? item : isJsonObject(item) ? item[mergeKey] : undefined
    return sameScalar(own, value)
  })
}
