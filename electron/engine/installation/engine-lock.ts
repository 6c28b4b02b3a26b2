import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Disposable } from '../../../shared/lang/disposable.ts'

/**
 * Keeps one engine per data directory with an operating-system file lock, which goes with the process however it dies:
 * an exclusive SQLite transaction that stays open. Answers undefined when another process holds it.
 */
export function acquireEngineLock(directory: string): Disposable | undefined {
  const database = new DatabaseSync(join(directory, 'engine.lock'))
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (/database is locked/.test((error as Error).message)) return undefined
    throw error
  }
  let held = true
  return {
    dispose() {
      if (!held) return
      held = false
      database.close()
    },
  }
}
