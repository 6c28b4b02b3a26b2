import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../../../shared/lang/invariant.ts'
import { type JournalWorkerData, serveJournal } from './serve-journal.ts'

invariant(parentPort, 'the journal runs in a worker thread')
serveJournal(parentPort, workerData as JournalWorkerData)
