import { journalWorkerUrl } from './journal-worker-url.ts'
import { JournaledStore, type StoreOptions } from './journaled-store.ts'
import type { ObjectStore } from './object-store.ts'
import { WorkerJournal } from './worker-journal.ts'

export interface OpenStoreOptions extends StoreOptions {
  /** The database file; its directory is created (0700) if needed. One process at a time can have it open. */
  readonly path: string
  /** The journal's worker, for tests that make it fail. */
  readonly workerUrl?: URL | undefined
}

/** Opens the durable store of a cluster, creating or migrating its file. Rejects with StoreNotOpened. */
export async function openStore(options: OpenStoreOptions): Promise<ObjectStore> {
  const journal = new WorkerJournal(options.path, options.workerUrl ?? journalWorkerUrl)
  return new JournaledStore(journal, await journal.load(), options)
}
