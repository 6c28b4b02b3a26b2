import { Worker } from 'node:worker_threads'
import { invariant } from '../../../shared/lang/invariant.ts'
import type { Journal, JournalBatch, JournalEntry, JournalRow } from './journal.ts'
import type { RowBatch, RowChange, RowDump } from './journal-database.ts'
import type { Revision } from './object-store.ts'
import type { JournalReply, JournalRequest, JournalWorkerData } from './serve-journal.ts'

/** The store's data can't be opened: a newer format (`isNewerFormat`), or what the database says. */
export class StoreNotOpened extends Error {
  readonly isNewerFormat: boolean
  constructor(message: string, isNewerFormat: boolean) {
    super(message)
    this.name = 'StoreNotOpened'
    this.isNewerFormat = isNewerFormat
  }
}

/** The journal's file, written by a worker thread so that no fsync stops the engine. A worker that died is replaced. */
export class WorkerJournal implements Journal {
  readonly wantsJson = true
  #worker: Worker | undefined
  #waiting: ((reply: JournalReply) => void) | undefined
  #base: Revision = 0
  readonly #workerUrl: URL
  readonly #path: string

  constructor(path: string, workerUrl: URL) {
    this.#path = path
    this.#workerUrl = workerUrl
  }

  async load(): Promise<{ revision: Revision; rows: JournalRow[] }> {
    const reply = await this.#request({ type: 'load' })
    if (!reply.ok || !reply.dump) {
      await this.close()
      throw reply.ok ? new StoreNotOpened('no data', false) : new StoreNotOpened(reply.message, reply.isNewerFormat)
    }
    this.#base = reply.dump.revision
    return { revision: reply.dump.revision, rows: readRows(reply.dump) }
  }

  turn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve)
    })
  }

  async commit(batch: JournalBatch): Promise<void> {
    const { changes, data } = pack(batch.entries)
    const rows: RowBatch = { base: this.#base, revision: batch.revision, changes, data }
    const reply = await this.#request({ type: 'commit', batch: rows }, [data.buffer])
    if (!reply.ok) throw new Error(reply.message)
    this.#base = batch.revision
  }

  async close(): Promise<void> {
    if (!this.#worker) return
    const worker = this.#worker
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    await this.#request({ type: 'close' })
    await exited
  }

  #request(request: JournalRequest, transfer: ArrayBuffer[] = []): Promise<JournalReply> {
    invariant(!this.#waiting, 'the journal does one thing at a time')
    this.#worker ??= this.#start()
    this.#worker.postMessage(request, transfer)
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  #start(): Worker {
    const workerData: JournalWorkerData = { path: this.#path }
    const worker = new Worker(this.#workerUrl, { workerData, name: 'journal' })
    let failure = 'its worker ended'
    worker.on('message', (reply: JournalReply) => this.#settle(reply))
    worker.on('error', (error) => {
      failure = String(error)
    })
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
      this.#settle({ ok: false, message: failure, isNewerFormat: false })
    })
    return worker
  }

  #settle(reply: JournalReply): void {
    const settle = this.#waiting
    this.#waiting = undefined
    settle?.(reply)
  }
}

/** Puts the JSON of all rows into one buffer, which can move to the worker as a whole. */
function pack(entries: readonly JournalEntry[]): { changes: RowChange[]; data: Uint8Array<ArrayBuffer> } {
  const bytes = entries.reduce((sum, { stored }) => sum + (stored?.json().length ?? 0), 0)
  const data = new Uint8Array(bytes)
  let offset = 0
  const changes = entries.map(({ created, stored }): RowChange => {
    if (!stored) return [created]
    const { key, revision } = stored
    const json = stored.json()
    data.set(json, offset)
    offset += json.length
    return [created, key.resource, key.namespace, key.name, revision, json.length]
  })
  return { changes, data }
}

function readRows(dump: RowDump): JournalRow[] {
  const data = Buffer.from(dump.data.buffer, dump.data.byteOffset, dump.data.byteLength)
  let offset = 0
  return dump.rows.map(([created, resource, namespace, name, revision, bytes]) => {
    const json = data.subarray(offset, offset + bytes)
    offset += bytes
    return { key: { resource, namespace, name }, revision, created, json }
  })
}
