import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import {
  ensurePrivateFile,
  type FormatSteps,
  JOURNAL_FORMATS,
  migrate,
  NewerFormat,
  readFormat,
} from './journal-formats.ts'
import type { Revision } from './object-store.ts'

/** A row to write (its JSON is the next `bytes` of the batch's data), or with only `id` to remove. */
export type RowChange =
  | readonly [id: Revision]
  | readonly [id: Revision, resource: string, namespace: string, name: string, revision: Revision, bytes: number]

export interface RowBatch {
  /** The newest revision of the file must be at least this: else it is not the file that this history began in. */
  readonly base: Revision
  readonly revision: Revision
  readonly changes: readonly RowChange[]
  readonly data: Uint8Array
}

/** All rows in list order, their JSON one after the other in `data`. */
export interface RowDump {
  readonly revision: Revision
  readonly rows: readonly (readonly [
    id: Revision,
    resource: string,
    namespace: string,
    name: string,
    revision: Revision,
    bytes: number,
  ])[]
  readonly data: Uint8Array<ArrayBuffer>
}

export interface JournalDatabaseDeps {
  readonly formats?: FormatSteps | undefined
  /** Runs the COMMIT; tests make it fail. */
  readonly commit?: ((commit: () => void) => void) | undefined
}

const SQLITE_BUSY = 5

interface OpenDatabase {
  readonly db: DatabaseSync
  readonly put: StatementSync
  readonly remove: StatementSync
  readonly history: StatementSync
}

/**
 * The journal's file: the current state of every object and the newest revision, changed together.
 * - A commit that returned is on disk: WAL, synchronous=FULL, and F_FULLFSYNC where the system has it.
 * - After any failure the connection is closed, and opened anew by the next commit.
 * - One process at a time: the file stays locked while it is open.
 */
export class JournalDatabase {
  #open: OpenDatabase | undefined
  readonly #path: string
  readonly #formats: FormatSteps
  readonly #commit: (commit: () => void) => void

  constructor(path: string, deps: JournalDatabaseDeps = {}) {
    this.#path = path
    this.#formats = deps.formats ?? JOURNAL_FORMATS
    this.#commit = deps.commit ?? ((commit) => commit())
  }

  /** Creates or migrates the file, and reads it. Throws NewerFormat. */
  load(): RowDump {
    try {
      return this.#load()
    } catch (error) {
      throw isLocked(error) ? new Error(`${this.#path} is in use by another Slipway`, { cause: error }) : error
    }
  }

  commit(batch: RowBatch): void {
    try {
      this.#open ??= reopen(this.#path, batch.base)
      const { db, history } = this.#open
      db.exec('BEGIN IMMEDIATE')
      writeRows(this.#open, batch)
      history.run(batch.revision)
      this.#commit(() => db.exec('COMMIT'))
    } catch (error) {
      this.#abandon()
      throw error
    }
  }

  close(): void {
    this.#open?.db.close()
    this.#open = undefined
  }

  #load(): RowDump {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    const found = readFormat(this.#path)
    if (found > this.#formats.length) throw new NewerFormat(this.#path, found, this.#formats.length)
    ensurePrivateFile(this.#path)
    const db = connect(this.#path)
    try {
      migrate(db, this.#path, this.#formats)
      syncDirectory(dirname(this.#path))
      this.#open = prepare(db)
      return dump(db)
    } catch (error) {
      this.#open = undefined
      db.close()
      throw error
    }
  }

  #abandon(): void {
    const open = this.#open
    this.#open = undefined
    if (open?.db.isOpen) open.db.close()
  }
}

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    // Exclusive before WAL: the index of the log then lives in our memory, not in a file shared with nobody.
    db.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = 1;
      PRAGMA checkpoint_fullfsync = 1;
      PRAGMA journal_size_limit = 16777216;
    `)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function reopen(path: string, base: Revision): OpenDatabase {
  closeSync(openSync(path, 'r'))
  const db = connect(path)
  try {
    const revision = revisionOf(db)
    if (revision < base)
      throw new Error(`${path} was replaced by an older one (revision ${revision} instead of ${base})`)
    return prepare(db)
  } catch (error) {
    db.close()
    throw error
  }
}

function prepare(db: DatabaseSync): OpenDatabase {
  return {
    db,
    put: db.prepare(
      'INSERT OR REPLACE INTO objects (id, resource, namespace, name, revision, json) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    remove: db.prepare('DELETE FROM objects WHERE id = ?'),
    history: db.prepare('UPDATE history SET revision = ?'),
  }
}

function writeRows({ put, remove }: OpenDatabase, { changes, data }: RowBatch): void {
  let offset = 0
  for (const change of changes) {
    if (change.length === 1) {
      remove.run(change[0])
      continue
    }
    const [id, resource, namespace, name, revision, bytes] = change
    put.run(id, resource, namespace, name, revision, data.subarray(offset, offset + bytes))
    offset += bytes
  }
}

function revisionOf(db: DatabaseSync): Revision {
  return Number(db.prepare('SELECT revision FROM history').get()?.revision)
}

function dump(db: DatabaseSync): RowDump {
  const select = db.prepare('SELECT id, resource, namespace, name, revision, json FROM objects')
  select.setReturnArrays(true)
  const all = select.all() as unknown as [number, string, string, string, number, Uint8Array][]
  // Sorted here: SQLite would move all of the JSON about to sort it.
  const ordered = all
    .map((row) => ({ key: `${row[1]}/${row[2]}/${row[3]}`, row }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const data = new Uint8Array(all.reduce((bytes, row) => bytes + row[5].length, 0))
  let offset = 0
  const rows = ordered.map(({ row: [id, resource, namespace, name, revision, json] }) => {
    data.set(json, offset)
    offset += json.length
    return [id, resource, namespace, name, revision, json.length] as const
  })
  return { revision: revisionOf(db), rows, data }
}

/** Makes the new file's name itself durable. Windows has no such call, and needs none. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
