import type { ObjectKey, Revision } from './object-store.ts'
import type { Stored } from './stored-object.ts'

/** What becomes of one object: its new state, or gone. `created` names the object (see `Stored.created`). */
export interface JournalEntry {
  readonly created: Revision
  readonly stored: Stored | undefined
}

/** Writes that become durable together or not at all. */
export interface JournalBatch {
  /** The history's newest revision once the batch is durable. */
  readonly revision: Revision
  readonly entries: readonly JournalEntry[]
}

/** One object as the journal has it when a store opens. */
export interface JournalRow {
  readonly key: ObjectKey
  readonly revision: Revision
  readonly created: Revision
  readonly json: Buffer
}

/** What makes a store outlive its process. */
export interface Journal {
  /** Whether `commit` reads the objects' JSON: then the store makes it when it accepts a write. */
  readonly wantsJson: boolean
  /** Resolves when those who are ready now have had their turn: their writes can share the next commit. */
  turn(): Promise<void>
  /** One call at a time. Resolves once the batch is on disk; a rejection means that it does not count. */
  commit(batch: JournalBatch): Promise<void>
  close(): Promise<void>
}
