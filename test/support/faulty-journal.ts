import type { Journal, JournalBatch, JournalRow } from '../../electron/engine/store/journal.ts'

/** ok; lost: the commit fails and left nothing; written: it fails, but the disk has it all the same. */
export type CommitOutcome = 'ok' | 'lost' | 'written'

/** A journal in memory that survives its store, and whose commits can be held and made to fail. */
export class FaultyJournal implements Journal {
  readonly wantsJson = true
  readonly rows = new Map<number, JournalRow>()
  revision = 1
  commits = 0
  #held: PromiseWithResolvers<void> | undefined
  #isWaiting = false
  #outcomes: CommitOutcome[] = []

  turn(): Promise<void> {
    return Promise.resolve()
  }

  async commit(batch: JournalBatch): Promise<void> {
    this.commits++
    this.#isWaiting = this.#held !== undefined
    await this.#held?.promise
    const outcome = this.#outcomes.shift() ?? 'ok'
    if (outcome !== 'lost') this.#write(batch)
    if (outcome !== 'ok') throw new Error('disk I/O error')
  }

  /** From now on commits wait. */
  hold(): void {
    this.#held = Promise.withResolvers()
  }

  /** Ends the commit that waits, if one does, with the first outcome; the next commits have the others. */
  release(outcomes: CommitOutcome[]): void {
    if (this.#isWaiting) this.#outcomes = outcomes
    this.#isWaiting = false
    this.#held?.resolve()
    this.#held = undefined
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #write({ entries, revision }: JournalBatch): void {
    for (const { created, stored } of entries) {
      if (stored) this.rows.set(created, { key: stored.key, revision: stored.revision, created, json: stored.json() })
      else this.rows.delete(created)
    }
    this.revision = revision
  }
}
