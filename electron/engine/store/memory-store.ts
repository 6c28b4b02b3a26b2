import type { Journal } from './journal.ts'
import { FIRST_REVISION, JournaledStore, type StoreOptions } from './journaled-store.ts'
import type { ObjectStore } from './object-store.ts'

const NO_JOURNAL: Journal = {
  wantsJson: false,
  turn: () => Promise.resolve(),
  commit: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

/** A store that ends with its process: for tests and simulated clusters. Writes become "durable" within microtasks. */
export function memoryStore(options: StoreOptions): ObjectStore {
  return new JournaledStore(NO_JOURNAL, { revision: FIRST_REVISION, rows: [] }, options)
}
