import type { Journal, JournalBatch, JournalRow } from '../../electron/engine/store/journal.ts'

/** ok; lost: the commit fails and left nothing; written: it fails, but the disk has it all the same. */
export type CommitOutcome = 'ok' | 'lost' | 'written'

/** A journal in memory that survives its store, and whose commits wait for `release`. */
export class FaultyJournal implements Journal {
  readonly wantsJson = true
  readonly rows = new Map<number, JournalRow>()
  revision = 1
  #release: ((outcome: CommitOutcome) => void) | undefined
  /** Until set back, commits do not wait. */
  free = true

  async commit(batch: JournalBatch): Promise<void> {
    const outcome = this.free ? 'ok' : await new Promise<CommitOutcome>((resolve) => (this.#release = resolve))
    if (outcome !== 'lost') {
      for (const { created, stored } of batch.entries) {
        if (stored) {
          this.rows.set(created, { key: stored.key, revision: stored.revision, created, json: stored.json() })
        } else this.rows.delete(created)
      }
      this.revision = batch.revision
    }
    if (outcome !== 'ok') throw new Error('disk I/O error')
  }

  /** Ends the commit under way, if there is one, and lets later ones through. */
  release(outcome: CommitOutcome): void {
    this.free = true
    this.#release?.(outcome)
    this.#release = undefined
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
