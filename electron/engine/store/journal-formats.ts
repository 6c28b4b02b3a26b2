import { chmodSync, closeSync, fsyncSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The file was written by a newer Slipway: it is left exactly as it is. */
export class NewerFormat extends Error {
  constructor(path: string, found: number, known: number) {
    super(
      `${path} has data format ${found}, and this version of Slipway reads formats up to ${known}. ` +
        'Nothing was changed. Open it with the newer Slipway that wrote it, or move it away to start empty.',
    )
    this.name = 'NewerFormat'
  }
}

/** Step n turns format n (0: an empty file) into format n + 1. Only ever append; each runs within one transaction. */
export type FormatSteps = readonly ((db: DatabaseSync) => void)[]

/** `id` is the revision that created the object, so that an update finds its row without a second index. */
export const JOURNAL_FORMATS: FormatSteps = [
  (db) =>
    db.exec(`
      CREATE TABLE history (only INTEGER PRIMARY KEY CHECK (only = 1), revision INTEGER NOT NULL) STRICT;
      INSERT INTO history VALUES (1, 1);
      CREATE TABLE objects (
        id INTEGER PRIMARY KEY,
        resource TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        revision INTEGER NOT NULL,
        json BLOB NOT NULL
      ) STRICT;
    `),
]

const COPIES_KEPT = 3

/** The format number of a file, read without changing it; 0 for an empty or absent one. */
export function readFormat(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) return 0
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return formatOf(db)
  } finally {
    db.close()
  }
}

/** Brings an open database to the newest format; what was there before is kept as a copy beside it. */
export function migrate(db: DatabaseSync, path: string, steps: FormatSteps): void {
  const found = formatOf(db)
  if (found > steps.length) throw new NewerFormat(path, found, steps.length)
  if (found === steps.length) return
  if (found > 0) keepCopy(db, path, found)
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const step of steps.slice(found)) step(db)
    db.exec(`PRAGMA user_version = ${steps.length}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function formatOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version)
}

/** Copies are `<file>.format-<n>.<count>`, counted on so that a later one never replaces an earlier one. */
function keepCopy(db: DatabaseSync, path: string, format: number): void {
  const prefix = `${basename(path)}.format-`
  const count = (name: string) => Number(name.slice(name.lastIndexOf('.') + 1))
  const copies = readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => count(b) - count(a))
  const next = copies[0] === undefined ? 1 : count(copies[0]) + 1
  const copy = join(dirname(path), `${prefix}${format}.${next}`)
  closeSync(openSync(copy, 'wx', 0o600))
  db.prepare('VACUUM INTO ?').run(copy)
  syncFile(copy)
  for (const old of copies.slice(COPIES_KEPT - 1)) rmSync(join(dirname(path), old))
}

/** Creates the file, readable by its owner only, if it does not exist. */
export function ensurePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
