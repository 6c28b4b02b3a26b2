/** `members[name]` for a name from outside: `constructor` and its like would else be found in every object. */
export function ownMember<T>(members: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined {
  return members && Object.hasOwn(members, name) ? members[name] : undefined
}
