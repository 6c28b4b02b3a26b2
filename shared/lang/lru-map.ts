/** A map that forgets the entry used longest ago when it grows beyond its size. */
export class LruMap<V> {
  readonly #size: number
  readonly #entries = new Map<string, V>()

  constructor(size: number) {
    this.#size = size
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined) this.set(key, value)
    return value
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#size) return
    const [oldest] = this.#entries.keys()
    this.#entries.delete(oldest as string)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
