/**
 * `next`, made of the parts of `before` wherever the two are equal; `before` itself when nothing differs. Versions of an
 * object then cost what changed between them, and who compares them sees at once what did not.
 * Neither is changed. Members may be in another order in what is shared; an absent member equals an undefined one.
 */
export function shareUnchanged<T>(next: T, before: unknown): T {
  if (next === before || !isObject(next) || !isObject(before)) return next
  if (Array.isArray(next)) return Array.isArray(before) ? (shareItems(next, before) as T) : next
  return Array.isArray(before) ? next : (shareMembers(next, before) as T)
}

function shareItems(next: readonly unknown[], before: readonly unknown[]): readonly unknown[] {
  let shared: unknown[] | undefined
  let isSame = next.length === before.length
  for (let at = 0; at < next.length; at++) {
    const item = shareUnchanged(next[at], before[at])
    if (item !== before[at]) isSame = false
    if (item === next[at]) continue
    shared ??= next.slice()
    shared[at] = item
  }
  return isSame ? before : (shared ?? next)
}

function shareMembers(next: Members, before: Members): Members {
  let shared: Members | undefined
  let isSame = true
  let count = 0
  for (const name in next) {
    if (next[name] === undefined) continue
    count += 1
    // The one name whose assignment is no member's.
    const member = name === '__proto__' ? next[name] : shareUnchanged(next[name], before[name])
    if (member !== before[name]) isSame = false
    if (member === next[name]) continue
    shared ??= { ...next }
    shared[name] = member
  }
  return isSame && count === membersOf(before) ? before : (shared ?? next)
}

/** Compared by number, since a name of Object's own methods seems to be in any object. */
function membersOf(value: Members): number {
  let count = 0
  for (const name in value) if (value[name] !== undefined) count += 1
  return count
}

type Members = Record<string, unknown>

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null
}
