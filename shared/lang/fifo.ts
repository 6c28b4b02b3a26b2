/** First in, first out, each step in constant time whatever the length: an array's own `shift` moves all the others. */
export class Fifo<T extends object | string> {
  /** From `#head` on; what went before is let go of at once, its place now and then. */
  #items: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  get first(): T | undefined {
    return this.#items[this.#head]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#items[this.#head] = undefined
    this.#head++
    if (this.#head === this.#items.length) this.clear()
    else if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  clear(): void {
    this.#items.length = 0
    this.#head = 0
  }

  /** The items from the first on that is not past; those that are must all come before it, so that halving finds it. */
  after(isPast: (item: T) => boolean): T[] {
    let low = this.#head
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isPast(this.#items[middle] as T)) low = middle + 1
      else high = middle
    }
    return this.#items.slice(low) as T[]
  }
}
