import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JournalDatabase, type RowChange, type RowDump } from './journal-database.ts'
import { type FormatSteps, JOURNAL_FORMATS, NewerFormat } from './journal-formats.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slipway-journal-'))
  path = join(directory, 'state', 'store.db')
})
afterEach(() => rmSync(directory, { recursive: true }))

function put(id: number, revision: number, json: string): { change: RowChange; data: string } {
  return { change: [id, 'pods', 'default', `p${id}`, revision, json.length], data: json }
}

function commit(database: JournalDatabase, revision: number, rows: { change: RowChange; data: string }[]): void {
  const data = Buffer.from(rows.map((row) => row.data).join(''))
  database.commit({ base: 1, revision, changes: rows.map((row) => row.change), data })
}

/** "p2@5={...}" per row. */
function shown({ rows, data }: RowDump): string[] {
  let offset = 0
  return rows.map(([, , , name, revision, bytes]) => {
    const json = Buffer.from(data.subarray(offset, offset + bytes)).toString()
    offset += bytes
    return `${name}@${revision}=${json}`
  })
}

function load(at = path, formats?: FormatSteps): RowDump {
  const database = new JournalDatabase(at, { formats })
  const dump = database.load()
  database.close()
  return dump
}

it('reads back what it wrote, and nothing that was removed', () => {
  const database = new JournalDatabase(path)
  expect(database.load()).toMatchObject({ revision: 1, rows: [] })
  commit(database, 3, [put(2, 2, '{"n":1}'), put(3, 3, '{"é":2}')])
  commit(database, 5, [put(2, 4, '{"n":3}'), { change: [3], data: '' }])
  database.close()
  const dump = load()
  expect(dump.revision).toBe(5)
  expect(shown(dump)).toEqual(['p2@4={"n":3}'])
})

it('keeps its files from other users', () => {
  const database = new JournalDatabase(path)
  database.load()
  commit(database, 2, [put(2, 2, '{}')])
  const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)
  // Windows knows no such modes: there the user's profile directory keeps others out.
  const [own, ownDirectory] = process.platform === 'win32' ? ['666', '666'] : ['600', '700']
  expect([mode(path), mode(`${path}-wal`), mode(join(directory, 'state'))]).toEqual([own, own, ownDirectory])
  database.close()
})

it('refuses to go on in an older file that took the place of its own after a commit that failed', () => {
  const older = join(directory, 'older.db')
  let isFailing = false
  const database = new JournalDatabase(path, {
    commit(commit) {
      if (isFailing) throw new Error('disk I/O error')
      commit()
    },
  })
  database.load()
  database.close()
  copyFileSync(path, older)
  database.load()
  commit(database, 2, [put(2, 2, '{}')])
  isFailing = true
  expect(() => commit(database, 3, [put(3, 3, '{}')])).toThrow('disk I/O error')
  isFailing = false
  copyFileSync(older, path)
  const data = Buffer.from('')
  expect(() => database.commit({ base: 2, revision: 4, changes: [], data })).toThrow(
    `${path} was replaced by an older one (revision 1 instead of 2)`,
  )
})

describe('a log cut short or damaged', () => {
  const LAST = 14

  /** The files as they are after `LAST` commits without a close, and after each the log's size and the state. */
  function history() {
    const database = new JournalDatabase(path)
    const states = [{ logBytes: 0, revision: 1, rows: [] as string[] }]
    database.load()
    const rows = new Map<number, string>()
    for (let revision = 2; revision <= LAST; revision++) {
      const id = revision % 4 === 0 ? revision - 1 : revision
      const row = put(id, revision, JSON.stringify({ revision, padding: 'x'.repeat((revision * 977) % 6000) }))
      if (revision % 6 === 5) rows.delete(revision - 3)
      rows.set(id, `p${id}@${revision}=${row.data}`)
      commit(database, revision, revision % 6 === 5 ? [row, { change: [revision - 3], data: '' }] : [row])
      const inOrder = [...rows].sort(([a], [b]) => (`p${a}` < `p${b}` ? -1 : 1)).map(([, line]) => line)
      states.push({ logBytes: statSync(`${path}-wal`).size, revision, rows: inOrder })
    }
    const [file, log] = [`${directory}/file`, `${directory}/log`]
    copyFileSync(path, file)
    copyFileSync(`${path}-wal`, log)
    database.close()
    return { file, log, states }
  }

  function* cuts(states: readonly { logBytes: number }[]): Generator<number> {
    const end = states.at(-1)?.logBytes ?? 0
    for (const { logBytes } of states) yield* [logBytes - 1, logBytes, logBytes + 1]
    const lastStart = states.at(-2)?.logBytes ?? 0
    for (let n = 0; n < 60; n++) yield lastStart + Math.floor(Math.random() * (end - lastStart))
    for (let n = 0; n < 60; n++) yield Math.floor(Math.random() * end)
  }

  it.each(['cut', 'overwritten'])('holds everything acknowledged before the byte where it is %s', (damage) => {
    const { file, log, states } = history()
    const whole = readFileSync(log)
    for (const at of cuts(states)) {
      if (at < 0 || at > whole.length) continue
      const copy = join(directory, 'copy.db')
      for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
      copyFileSync(file, copy)
      if (damage === 'cut') {
        copyFileSync(log, `${copy}-wal`)
        truncateSync(`${copy}-wal`, at)
      } else {
        writeFileSync(`${copy}-wal`, Buffer.concat([whole.subarray(0, at), Buffer.alloc(whole.length - at, 0xa5)]))
      }
      const dump = load(copy)
      const state = states.find(({ revision }) => revision === dump.revision)
      const acknowledged = states.findLast(({ logBytes }) => logBytes <= at)
      expect(dump.revision, `at ${at}`).toBeGreaterThanOrEqual(acknowledged?.revision ?? 1)
      expect(shown(dump), `at ${at}`).toEqual(state?.rows)
    }
  })
})

describe('the format number', () => {
  const steps: FormatSteps = [
    ...JOURNAL_FORMATS,
    (db) => db.exec('ALTER TABLE objects ADD COLUMN two INTEGER'),
    (db) => db.exec('ALTER TABLE objects ADD COLUMN three INTEGER'),
    (db) => db.exec('ALTER TABLE objects ADD COLUMN four INTEGER'),
    (db) => db.exec('ALTER TABLE objects ADD COLUMN five INTEGER'),
  ]
  const copies = () => readdirSync(join(directory, 'state')).filter((name) => name.includes('.format-'))

  function writeOne(): void {
    const database = new JournalDatabase(path)
    database.load()
    commit(database, 2, [put(2, 2, '{}')])
    database.close()
  }

  it('of a newer Slipway is refused, and the file not changed', () => {
    writeOne()
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    const before = readFileSync(path)
    expect(() => load()).toThrow(NewerFormat)
    expect(() => load()).toThrow('has data format 99, and this version of Slipway reads formats up to 1')
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('of an older one makes a copy and migrates', () => {
    writeOne()
    expect(shown(load(path, steps.slice(0, 2)))).toEqual(['p2@2={}'])
    expect(copies()).toEqual(['store.db.format-1.1'])
    const copy = join(directory, 'state', 'store.db.format-1.1')
    expect(statSync(copy).mode & 0o077).toBe(process.platform === 'win32' ? 0o066 : 0)
    expect(shown(load(copy))).toEqual(['p2@2={}'])
    expect(() => load()).toThrow(NewerFormat)
  })

  it('keeps the three newest copies', () => {
    writeOne()
    for (let format = 2; format <= steps.length; format++) load(path, steps.slice(0, format))
    expect(copies().sort()).toEqual(['store.db.format-2.2', 'store.db.format-3.3', 'store.db.format-4.4'])
  })

  it('stays as it was when a step fails', () => {
    writeOne()
    const failing: FormatSteps = [
      ...steps.slice(0, 2),
      () => {
        throw new Error('no')
      },
    ]
    expect(() => load(path, failing)).toThrow('no')
    expect(shown(load())).toEqual(['p2@2={}'])
  })
})
