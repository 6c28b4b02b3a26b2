import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, percentile } from '../figures.ts'

/** About what a commit of some pods writes. */
const BYTES = 16 * 1024

/**
 * How often a second this disk can append and sync what one commit writes, on the file system that the server's store
 * is on: with 16 writers waiting, no more than 16 times this many writes can succeed in a second.
 */
export function diskSyncs(count: number): Figure {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const file = openSync(join(directory, 'syncs'), 'w')
  const data = Buffer.alloc(BYTES, 1)
  const samples: number[] = []
  const start = performance.now()
  for (let n = 0; n < count; n++) {
    const before = performance.now()
    writeSync(file, data)
    fdatasyncSync(file)
    samples.push(performance.now() - before)
  }
  const seconds = (performance.now() - start) / 1000
  closeSync(file)
  rmSync(directory, { recursive: true })
  const note = `p50 ${percentile(samples, 0.5).toFixed(1)} ms, p99 ${percentile(samples, 0.99).toFixed(1)} ms`
  return { bench: 'api', name: 'append and sync 16 KB', value: count / seconds, unit: '/s', note }
}
