import type { MessagePort } from 'node:worker_threads'
import { JournalDatabase, type JournalDatabaseDeps, type RowBatch, type RowDump } from './journal-database.ts'
import { NewerFormat } from './journal-formats.ts'

export interface JournalWorkerData {
  readonly path: string
}

export type JournalRequest =
  | { readonly type: 'load' }
  | { readonly type: 'commit'; readonly batch: RowBatch }
  | { readonly type: 'close' }

/** One per request, in order. */
export type JournalReply =
  | { readonly ok: true; readonly dump?: RowDump | undefined }
  | { readonly ok: false; readonly message: string; readonly isNewerFormat: boolean }

/** The worker's side: one database, one request at a time. Ends with `close`. */
export function serveJournal(port: MessagePort, { path }: JournalWorkerData, deps: JournalDatabaseDeps = {}): void {
  const database = new JournalDatabase(path, deps)
  const answer = (request: JournalRequest): JournalReply => {
    if (request.type === 'load') return { ok: true, dump: database.load() }
    if (request.type === 'commit') database.commit(request.batch)
    else database.close()
    return { ok: true }
  }
  port.on('message', (request: JournalRequest) => {
    let reply: JournalReply
    try {
      reply = answer(request)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      reply = { ok: false, message, isNewerFormat: error instanceof NewerFormat }
    }
    port.postMessage(reply, reply.ok && reply.dump ? [reply.dump.data.buffer] : [])
    if (request.type === 'close') port.close()
  })
}
