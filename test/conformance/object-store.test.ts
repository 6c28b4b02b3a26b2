import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '../../electron/engine/store/memory-store.ts'
import { openStore } from '../../electron/engine/store/open-store.ts'
import { objectStoreConformance } from './object-store.ts'

objectStoreConformance('in memory', () => ({
  open: (options) => Promise.resolve(memoryStore(options)),
  cleanUp: () => undefined,
}))

objectStoreConformance('on disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-store-'))
  return {
    open: (options) => openStore({ ...options, path: join(directory, 'store.db') }),
    cleanUp: () => rmSync(directory, { recursive: true }),
  }
})
