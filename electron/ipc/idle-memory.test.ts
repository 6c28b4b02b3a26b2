import { expect, it } from 'vitest'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import { keepIdleMemorySmall, processUse, releaseMemory } from './idle-memory.ts'

const LOOK_MS = 20_000

/** A process whose use the test sets: each look is told whether memory was given back. */
function watched() {
  const clock = new ManualClock()
  const use = { cpuMs: 0, residentMB: 0, heapMB: 20 }
  let released = 0
  const keeping = keepIdleMemorySmall({
    clock,
    use: () => ({ cpuMs: use.cpuMs, residentBytes: use.residentMB * 2 ** 20, heapBytes: use.heapMB * 2 ** 20 }),
    release() {
      released++
      use.residentMB = 110
    },
  })
  const look = (change: { cpuMs: number; residentMB?: number; heapMB?: number }) => {
    Object.assign(use, change, { cpuMs: use.cpuMs + change.cpuMs })
    const before = released
    clock.advance(LOOK_MS)
    return released > before ? 'given back' : 'kept'
  }
  return { look, keeping, clock }
}

it('gives memory back when the process is calm, and again only once it has grown', () => {
  const { look, keeping } = watched()
  expect([
    look({ cpuMs: 9000, residentMB: 140 }),
    look({ cpuMs: 1500 }),
    look({ cpuMs: 100 }),
    look({ cpuMs: 100, residentMB: 115 }),
    look({ cpuMs: 5000, residentMB: 160 }),
    look({ cpuMs: 100, heapMB: 200 }),
    look({ cpuMs: 100, heapMB: 30 }),
    look({ cpuMs: 100 }),
  ]).toEqual(['kept', 'kept', 'given back', 'kept', 'kept', 'kept', 'given back', 'kept'])
  keeping.dispose()
  expect(look({ cpuMs: 0, residentMB: 500 })).toBe('kept')
})

it('really gives it back', () => {
  let lists: unknown[] = []
  for (let n = 0; n < 300_000; n++) lists.push({ n: [n] })
  const before = processUse()
  lists = []
  releaseMemory()
  const after = processUse()
  expect(lists).toEqual([])
  expect(before.heapBytes - after.heapBytes).toBeGreaterThan(10 * 2 ** 20)
  expect(after.residentBytes).toBeLessThan(before.residentBytes)
})
