import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { JournalDatabase } from '../../electron/engine/store/journal-database.ts'
import { openStore } from '../../electron/engine/store/open-store.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'

const RUNS = Number(process.env.SLIPWAY_CRASH_RUNS ?? 50)
const CHILD = join(import.meta.dirname, '../support/store-crash-child.ts')

let directory: string
let path: string
let outputPath: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slipway-crash-'))
  path = join(directory, 'store.db')
  outputPath = join(directory, 'output')
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Starts `command` with its output in a file: what it wrote there outlives it. */
function start(command: string, args: readonly string[]): ChildProcess {
  const output = openSync(outputPath, 'w')
  const child = spawn(command, args, { stdio: ['ignore', output, 'inherit'] })
  closeSync(output)
  return child
}

/** What may be found under each name: exactly one state, or also the one whose write got no answer. "-" is none. */
class Expectations {
  revision = 1
  acknowledged = 0
  readonly #allowed = new Map<string, Set<string>>()

  read(output: string): void {
    const complete = output.slice(0, output.lastIndexOf('\n') + 1)
    for (const line of complete.split('\n')) {
      const [word, name = '', data = '', revision] = line.split(' ')
      if (word === 'try') this.#allowed.set(name, new Set([...(this.#allowed.get(name) ?? ['-']), data]))
      if (word !== 'ok') continue
      this.#allowed.set(name, new Set([data]))
      this.revision = Math.max(this.revision, Number(revision))
      this.acknowledged++
    }
  }

  /** Checks the file, and from now on expects what is in it. */
  verify(): void {
    const database = new JournalDatabase(path)
    const dump = database.load()
    database.close()
    expect(dump.revision).toBeGreaterThanOrEqual(this.revision)
    this.revision = dump.revision
    const found = new Map<string, string>()
    let offset = 0
    for (const [, , , name, , bytes] of dump.rows) {
      const json = Buffer.from(dump.data.subarray(offset, offset + bytes)).toString()
      expect(found.has(name)).toBe(false)
      found.set(name, (JSON.parse(json) as { data: string }).data)
      offset += bytes
    }
    for (const name of found.keys()) expect(this.#allowed.has(name), name).toBe(true)
    for (const [name, allowed] of this.#allowed) {
      const state = found.get(name) ?? '-'
      expect([...allowed], name).toContain(state)
      this.#allowed.set(name, new Set([state]))
    }
  }
}

it(`has every acknowledged write after each of ${RUNS} kills at random moments`, {
  timeout: RUNS * 5_000,
}, async () => {
  const expectations = new Expectations()
  for (let run = 0; run < RUNS; run++) {
    const child = start(process.execPath, [CHILD, path, String(run)])
    const exited = once(child, 'exit')
    // One in five may die while it opens the store, the others under load.
    while (run % 5 !== 0 && statSync(outputPath).size === 0 && child.exitCode === null) await sleep(2)
    await sleep(Math.random() * 100)
    child.kill('SIGKILL')
    expect(await exited).toEqual([null, 'SIGKILL'])
    expectations.read(readFileSync(outputPath, 'utf8'))
    expectations.verify()
  }
  expect(expectations.acknowledged).toBeGreaterThan(RUNS * 10)
})

it('refuses writes on a full disk, keeps reading, and loses nothing', { timeout: 60_000 }, async () => {
  // No file may grow beyond 400 blocks; the write that would is an error, not a signal.
  const limited = `trap '' XFSZ; ulimit -f 400; exec "$@"`
  const child = start('sh', ['-c', limited, 'sh', process.execPath, CHILD, path, '0', '1000', '40'])
  expect(await once(child, 'exit')).toEqual([3, null])
  const output = readFileSync(outputPath, 'utf8')
  expect(output).toContain('refused')
  const expectations = new Expectations()
  expectations.read(output)
  expect(expectations.acknowledged).toBeGreaterThan(0)
  expectations.verify()
  expect(existsSync(path)).toBe(true)
  const store = await openStore({ path, clock: new ManualClock() })
  expect(store.revision).toBe(expectations.revision)
  await store.close()
})
