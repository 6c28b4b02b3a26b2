import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ContainerCounterReader } from './container-counters.ts'
import type { DockerEngine } from './docker-engine.ts'
import { EngineError } from './engine-error.ts'
import { label } from './labels.ts'

let root: string
let calls: string[]
let running: Map<string, number>
/** The engine lists these still. */
let ended: Set<string>
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-counters-'))
  calls = []
  running = new Map()
  ended = new Set()
})
afterEach(() => rmSync(root, { recursive: true }))

const idOf = (letter: string) => letter.repeat(64)
const dirOf = (letter: string) => join(root, 'sys/fs/cgroup/docker', idOf(letter))

/** A running container; `here` when its files are on this machine. */
function start(letter: string, pid: number, here: boolean): void {
  running.set(letter, pid)
  if (!here) return
  mkdirSync(join(root, 'proc', String(pid)), { recursive: true })
  writeFileSync(join(root, 'proc', String(pid), 'cgroup'), `0::/docker/${idOf(letter)}\n`)
  mkdirSync(dirOf(letter), { recursive: true })
  writeFileSync(join(dirOf(letter), 'cpu.stat'), 'usage_usec 5\n')
  writeFileSync(join(dirOf(letter), 'memory.current'), '900\n')
  writeFileSync(join(dirOf(letter), 'memory.stat'), 'inactive_file 100\n')
}

function reader(from: string | undefined): () => Promise<string[]> {
  const engine = {
    listContainers: async () =>
      [...running.keys()].map((letter) => ({ Id: idOf(letter), Labels: { [label.containerName]: letter } })),
    inspectContainer: async (id: string) => {
      calls.push(`inspect ${id[0]}`)
      return { State: { Pid: running.get(id[0] as string) ?? 0 } }
    },
    containerStats: async (id: string) => {
      calls.push(`stats ${id[0]}`)
      if (ended.has(id[0] as string)) throw new EngineError(404, 'No such container')
      return {
        cpu_stats: { cpu_usage: { total_usage: 7000 } },
        memory_stats: { usage: 900, stats: { total_inactive_file: 300, inactive_file: 1 } },
      }
    },
  } as unknown as DockerEngine
  const counters = new ContainerCounterReader({ engine, owner: { installation: 'i', cluster: 'c' }, root: from })
  return async () =>
    (await counters.read()).map(({ container, cpuNanos, memoryBytes }) => `${container} ${cpuNanos} ${memoryBytes}`)
}

test('asks the engine for no more than where a container is', async () => {
  const read = reader(root)
  start('a', 11, true)
  expect(await read()).toEqual(['a 5000 800'])
  start('b', 12, true)
  expect(await read()).toEqual(['a 5000 800', 'b 5000 800'])
  expect(calls).toEqual(['inspect a', 'inspect b'])
})

test('asks the engine for the use of what is not on this machine, and looks for it once', async () => {
  const read = reader(root)
  start('a', 11, true)
  start('b', 12, false)
  expect(await read()).toEqual(['a 5000 800', 'b 7000 600'])
  expect(await read()).toEqual(['a 5000 800', 'b 7000 600'])
  expect(calls).toEqual(['inspect a', 'inspect b', 'stats b', 'stats b'])
})

test('a container whose files went is asked for, and left out when it has ended', async () => {
  const read = reader(root)
  start('a', 11, true)
  start('b', 12, true)
  await read()
  for (const letter of ['a', 'b']) rmSync(dirOf(letter), { recursive: true })
  ended.add('b')
  expect(await read()).toEqual(['a 7000 600'])
})

test('looks for nothing where control groups cannot be', async () => {
  const read = reader(undefined)
  start('a', 11, true)
  expect(await read()).toEqual(['a 7000 600'])
  expect(calls).toEqual(['stats a'])
})
