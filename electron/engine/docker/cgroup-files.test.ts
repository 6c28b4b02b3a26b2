import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cgroupFiles, readCgroup } from './cgroup-files.ts'

const id = `${'c0ffee'.repeat(10)}beef`
const pid = 4711
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-cgroup-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function tree(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

const v1 = (path: string) => ({
  'proc/4711/cgroup': `12:pids:${path}\n5:cpuacct,cpu:${path}\n4:memory:${path}\n1:name=systemd:${path}\n0::/elsewhere\n`,
  [`sys/fs/cgroup/cpuacct${path}/cpuacct.usage`]: '9007199254740993\n',
  [`sys/fs/cgroup/memory${path}/memory.usage_in_bytes`]: '5000\n',
  [`sys/fs/cgroup/memory${path}/memory.stat`]: 'cache 1\ninactive_file 7\ntotal_cache 1\ntotal_inactive_file 2000\n',
})
const v2 = (path: string, within = '') => ({
  'proc/4711/cgroup': `0::${path}${within}\n`,
  [`sys/fs/cgroup${path}/cpu.stat`]: 'usage_usec 123456\nuser_usec 100000\nsystem_usec 23456\n',
  [`sys/fs/cgroup${path}/memory.current`]: '5000\n',
  [`sys/fs/cgroup${path}/memory.stat`]: 'anon 1\nfile_mapped 2\ninactive_file 4000\nactive_file 3\n',
})
const counters = () => {
  const files = cgroupFiles(root, { id, pid })
  return files && readCgroup(files)
}

test.each([
  ['version 1, named by the engine', v1(`/docker/${id}`), { cpuNanos: 9007199254740993n, memoryBytes: 3000 }],
  [
    'version 1, named by systemd',
    v1(`/system.slice/docker-${id}.scope`),
    { cpuNanos: 9007199254740993n, memoryBytes: 3000 },
  ],
  ['version 2, named by the engine', v2(`/docker/${id}`), { cpuNanos: 123456000n, memoryBytes: 1000 }],
  ['version 2, named by systemd', v2(`/system.slice/docker-${id}.scope`), { cpuNanos: 123456000n, memoryBytes: 1000 }],
  [
    'version 2, of a user',
    v2(`/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${id}.scope`),
    { cpuNanos: 123456000n, memoryBytes: 1000 },
  ],
  ['version 2, with systemd inside', v2(`/docker/${id}`, '/init.scope'), { cpuNanos: 123456000n, memoryBytes: 1000 }],
])('reads %s', (_, files, expected) => {
  tree(files)
  expect(counters()).toEqual(expected)
})

test('more of the files than are in use is no negative number', () => {
  tree({ ...v2(`/docker/${id}`), [`sys/fs/cgroup/docker/${id}/memory.current`]: '3000\n' })
  expect(counters()?.memoryBytes).toBe(0)
})

test.each([
  ['no process of that number', {}],
  ['a process of another container, as when the engine is in another machine', v2(`/docker/${'dead'.repeat(16)}`)],
  ['a process outside of any container', v2('/init.scope')],
  ['a group that this process cannot see', { 'proc/4711/cgroup': `0::/../docker/${id}\n` }],
  ['memory that is not accounted', { ...v1(`/docker/${id}`), 'proc/4711/cgroup': `5:cpuacct,cpu:/docker/${id}\n` }],
  ['a file that holds no number', { ...v2(`/docker/${id}`), [`sys/fs/cgroup/docker/${id}/memory.current`]: 'max\n' }],
])('tells nothing of %s', (_, files) => {
  tree(files)
  expect(counters()).toBeUndefined()
})

test('a container that is not running has no process', () => {
  tree(v2(`/docker/${id}`))
  expect(cgroupFiles(root, { id, pid: 0 })).toBeUndefined()
})
