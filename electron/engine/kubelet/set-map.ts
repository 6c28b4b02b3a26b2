/** Sets of strings by key; a set without members is gone. */
export class SetMap {
  readonly #sets = new Map<string, Set<string>>()

  get(key: string): Iterable<string> | undefined {
    return this.#sets.get(key)
  }

  add(key: string, member: string): void {
    const set = this.#sets.get(key)
    if (set) set.add(member)
    else this.#sets.set(key, new Set([member]))
  }

  remove(key: string, member: string): void {
    const set = this.#sets.get(key)
    if (set?.delete(member) && set.size === 0) this.#sets.delete(key)
  }
}
