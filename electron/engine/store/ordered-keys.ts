/** So many keys at most lie in one piece: moving them is nothing beside a write. */
const MAX_PIECE = 512

/** A set of keys in their order: adding, removing and finding one costs about the same however many there are. */
export class OrderedKeys {
  /** In order, none empty. */
  readonly #pieces: string[][] = []

  /** Nothing when it is there already. */
  add(key: string): void {
    const index = Math.max(0, this.#pieceOf(key))
    const piece = this.#pieces[index]
    if (piece === undefined) {
      this.#pieces.push([key])
      return
    }
    const at = position(piece, key)
    if (piece[at] === key) return
    piece.splice(at, 0, key)
    if (piece.length <= MAX_PIECE) return
    // Keys that come in order leave full pieces behind.
    const isLast = index === this.#pieces.length - 1 && at === piece.length - 1
    this.#pieces.splice(index + 1, 0, piece.splice(isLast ? at : piece.length >>> 1))
  }

  delete(key: string): void {
    const index = this.#pieceOf(key)
    const piece = this.#pieces[index]
    if (piece === undefined) return
    const at = position(piece, key)
    if (piece[at] !== key) return
    piece.splice(at, 1)
    if (piece.length === 0) this.#pieces.splice(index, 1)
  }

  /** Those from `from` on and before `to`; without bounds all. */
  range(from?: string, to?: string): string[] {
    const keys: string[] = []
    const first = from === undefined ? 0 : Math.max(0, this.#pieceOf(from))
    for (let index = first; index < this.#pieces.length; index++) {
      const piece = this.#pieces[index] as string[]
      if (to !== undefined && (piece[0] as string) >= to) break
      const begin = from === undefined || index > first ? 0 : position(piece, from)
      const end = to === undefined ? piece.length : position(piece, to)
      for (let at = begin; at < end; at++) keys.push(piece[at] as string)
    }
    return keys
  }

  /** The piece whose first key is the last one not after `key`; -1 when all are. */
  #pieceOf(key: string): number {
    let low = 0
    let high = this.#pieces.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (((this.#pieces[middle] as string[])[0] as string) <= key) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

/** Where the key is, or would be. */
function position(piece: readonly string[], key: string): number {
  let low = 0
  let high = piece.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((piece[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}
