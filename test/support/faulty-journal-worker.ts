import { existsSync, readFileSync, rmSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { type JournalWorkerData, serveJournal } from '../../electron/engine/store/serve-journal.ts'
import { invariant } from '../../shared/lang/invariant.ts'

/**
 * The journal's worker with commits that fail as the file `<path>.fault` says. What a failing fsync leaves on disk lies
 * between these: "lost" (nothing), "written" (everything, though the commit failed), "exit" (the thread dies in it).
 * "removed" takes the file away with it, in the one moment in which nobody can have opened it again.
 */
invariant(parentPort, 'the journal runs in a worker thread')
const data = workerData as JournalWorkerData
const faultFile = `${data.path}.fault`

serveJournal(parentPort, data, {
  commit(commit) {
    const fault = existsSync(faultFile) ? readFileSync(faultFile, 'utf8') : 'none'
    if (fault === 'exit') process.exit()
    if (fault === 'written' || fault === 'none') commit()
    if (fault === 'removed') rmSync(data.path)
    if (fault !== 'none') throw new Error('disk I/O error')
  },
})
