export interface VolumeCopiesDeps {
  copyVolume(from: string, to: string): Promise<void>
}

type Copy = { readonly is: 'running' | 'done' } | { readonly is: 'failed'; readonly error: unknown }

/**
 * Copies of volumes, made beside all other work: a large one holds up nobody else.
 * - Each is asked for again until it is done; what ends calls `onEnd`, so that somebody asks.
 * - Known to this process only: after its end a copy begins again.
 */
export class VolumeCopies {
  readonly #deps: VolumeCopiesDeps
  readonly #copies = new Map<string, Copy>()

  constructor(deps: VolumeCopiesDeps) {
    this.#deps = deps
  }

  /** Whether `to` has everything by now; begins the copy when nobody has. Throws once when it failed. */
  isDone(from: string, to: string, onEnd: () => void): boolean {
    const copy = this.#copies.get(to)
    if (copy?.is === 'failed') {
      this.#copies.delete(to)
      throw copy.error
    }
    if (copy === undefined) void this.#copy(from, to).then(onEnd)
    return copy?.is === 'done'
  }

  /** Until it ends, by itself, and calls who asked for it. */
  isRunning(to: string): boolean {
    return this.#copies.get(to)?.is === 'running'
  }

  /** The volume has its object now, or is wanted no more. */
  forget(to: string): void {
    this.#copies.delete(to)
  }

  async #copy(from: string, to: string): Promise<void> {
    this.#copies.set(to, { is: 'running' })
    const end: Copy = await this.#deps.copyVolume(from, to).then(
      () => ({ is: 'done' }) as const,
      (error: unknown) => ({ is: 'failed', error }) as const,
    )
    this.#copies.set(to, end)
  }
}
