import type { Logger } from '../../../../shared/lang/logger.ts'

export interface VolumeCopiesDeps {
  readonly logger: Logger
  copyVolume(from: string, to: string): Promise<void>
  removeVolume(name: string): Promise<void>
}

type Copy = { readonly is: 'running' | 'done' | 'abandoned' } | { readonly is: 'failed'; readonly error: unknown }

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

  /** The volume has its object now. */
  forget(to: string): void {
    this.#copies.delete(to)
  }

  /** Nobody wants the copy any more: it goes as soon as it is there. */
  abandon(to: string): void {
    const copy = this.#copies.get(to)
    if (copy?.is === 'running') this.#copies.set(to, { is: 'abandoned' })
    else if (copy !== undefined) void this.#remove(to)
  }

  async #copy(from: string, to: string): Promise<void> {
    this.#copies.set(to, { is: 'running' })
    const end: Copy = await this.#deps.copyVolume(from, to).then(
      () => ({ is: 'done' }) as const,
      (error: unknown) => ({ is: 'failed', error }) as const,
    )
    if (this.#copies.get(to)?.is === 'abandoned') await this.#remove(to)
    else this.#copies.set(to, end)
  }

  async #remove(name: string): Promise<void> {
    this.#copies.delete(name)
    await this.#deps.removeVolume(name).catch((err: unknown) => {
      this.#deps.logger.warn({ err, volume: name }, 'the copy of a volume that nobody wants any more is left')
    })
  }
}
