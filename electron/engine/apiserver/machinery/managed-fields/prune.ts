import { FieldSet } from './field-set.ts'
import type { Managers } from './managers.ts'
import type { MergeType } from './merge-schema.ts'
import { removeItems, toFieldSet, withNamedFields } from './typed-value.ts'

/**
 * Removes from a merged object what its applier had set last time and now leaves out, unless another manager owns it.
 * `managers` has the applier's new set already.
 */
export function pruneApplied(
  type: MergeType,
  merged: unknown,
  managers: Managers,
  applier: string,
  last: FieldSet,
): unknown {
  const current = managers.get(applier)
  if (current !== undefined && last.isSubsetOf(current.set)) return merged
  const wanted = withNamedFields(type, last)
  const mergedSet = withNamedFields(type, toFieldSet(type, merged))
  const prunedOnce = withNamedFields(type, toFieldSet(type, removeItems(type, merged, wanted)))
  let managed = new FieldSet()
  for (const { set } of managers.values()) managed = managed.union(set)
  const kept = prunedOnce.union(withNamedFields(type, managed))
  const pruned = removeItems(type, merged, mergedSet.difference(kept))
  const prunedSet = withNamedFields(type, toFieldSet(type, pruned))
  return removeItems(type, merged, mergedSet.difference(prunedSet).intersection(wanted))
}
