/**
 * Storage keeps no difference between an empty list and none, so a list that is always written reads null when it is
 * empty.
 */
export function emptyToNull<K extends string>(owner: { [P in K]?: unknown }, field: K): void {
  const list = owner[field]
  if (Array.isArray(list) && list.length === 0) owner[field] = null
}
