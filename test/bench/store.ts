import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { openStore } from '../../electron/engine/store/open-store.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import { keyOf, sample } from '../support/store-objects.ts'
import type { BenchSize, Figure } from './figures.ts'

interface StoreFigures {
  readonly commitsPerSecond: number
  /** The engine's thread's time for one write, of which the API server gets none. */
  readonly mainThreadMicrosPerWrite: number
  readonly openMs: number
  readonly openObjects: number
  /** Until every object has been parsed and listed. */
  readonly openAndListMs: number
  readonly fileMegabytes: number
  readonly listMicros: number
}

const WRITERS = 16
const OBJECTS = 10_000
/** An object of about 1.5 KB: a small pod with its status. */
const FILLER = Array.from({ length: 20 }, (_, n) => ({ name: `item-${n}`, value: 'x'.repeat(32), ready: n % 2 === 0 }))

/** Figures of a store on this machine's disk: a load of `seconds` by 16 writers, then opening 10,000 objects. */
async function benchStore(seconds: number): Promise<StoreFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  try {
    const path = join(directory, 'store.db')
    const load = await writeLoad(path, seconds)
    await fill(path)
    const fileMegabytes = statSync(path).size / 1024 / 1024
    return { ...load, ...(await openFull(path)), fileMegabytes }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** The store's figures as rows of the table. */
export async function benchStoreRows(size: BenchSize): Promise<Figure[]> {
  const figures = await benchStore(size === 'full' ? 5 : 0.1)
  const row = (name: string, value: number, unit: string): Figure => ({ bench: 'store', name, value, unit })
  return [
    row('commits by 16 writers', figures.commitsPerSecond, 'op/s'),
    row("engine thread's time for a write", figures.mainThreadMicrosPerWrite, 'us'),
    row(`opening ${figures.openObjects} objects`, figures.openMs, 'ms'),
    row('opening and reading them', figures.openAndListMs, 'ms'),
    row('their file', figures.fileMegabytes, 'MB'),
    row('listing them', figures.listMicros, 'us'),
  ]
}

function open(path: string) {
  return openStore({ path, clock: new ManualClock() })
}

function object(name: string, data: string) {
  return { ...sample(keyOf(name), data), items: FILLER }
}

async function writeLoad(path: string, seconds: number) {
  const store = await open(path)
  let writes = 0
  const write = async (name: string) => {
    await store.write(keyOf(name), () => ({ put: object(name, String(writes++)) }))
  }
  for (let warm = 0; warm < 500; warm++) await write(`w-${warm}`)
  writes = 0
  const start = performance.now()
  const idle = performance.eventLoopUtilization()
  const end = start + seconds * 1000
  const writer = async (id: number) => {
    for (let n = 0; performance.now() < end; n++) await write(`w${id}-${n % 100}`)
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, id) => writer(id)))
  const active = performance.eventLoopUtilization(idle).active
  const elapsedMs = performance.now() - start
  await store.close()
  return { commitsPerSecond: (writes * 1000) / elapsedMs, mainThreadMicrosPerWrite: (active * 1000) / writes }
}

async function fill(path: string): Promise<void> {
  const store = await open(path)
  const missing = OBJECTS - store.count('pods')
  const names = Array.from({ length: missing }, (_, n) => `filled-${n}`)
  await Promise.all(names.map((name) => store.write(keyOf(name), () => ({ put: object(name, 'filled') }))))
  await store.close()
}

async function openFull(path: string) {
  const start = performance.now()
  const store = await open(path)
  const openMs = performance.now() - start
  const openObjects = store.count('pods')
  for (const stored of store.list('pods').items) stored.object.metadata.name
  const openAndListMs = performance.now() - start
  const listStart = performance.now()
  const LISTS = 100
  for (let n = 0; n < LISTS; n++) store.list('pods')
  const listMicros = ((performance.now() - listStart) * 1000) / LISTS
  await store.close()
  return { openMs, openObjects, openAndListMs, listMicros }
}
