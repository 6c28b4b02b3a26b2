/**
 * Counters of a container in the kernel's own files, where the engine runs on this machine.
 * - A path counts only if the container's own process says so and it holds the container's id: the same number of a
 *   process in another machine or name space leads nowhere.
 * - Both versions of control groups, and both ways in which engines name them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where to read; the two controllers may be of different versions. */
export interface CgroupFiles {
  readonly cpu: { readonly version: 1 | 2; readonly dir: string }
  readonly memory: { readonly version: 1 | 2; readonly dir: string }
}

export interface CgroupCounters {
  /** Processor time since the group was made. */
  readonly cpuNanos: bigint
  /** The working set as the kubelet counts it: usage without inactive file pages. */
  readonly memoryBytes: number
}

/** The files of a running container; undefined where they are not on this machine. `root` is its file system's root. */
export function cgroupFiles(root: string, { id, pid }: { id: string; pid: number }): CgroupFiles | undefined {
  if (pid <= 0) return undefined
  const lines = read(join(root, 'proc', String(pid), 'cgroup'))?.split('\n') ?? []
  const groups = lines.map((line) => /^\d+:([^:]*):(.*)$/.exec(line)).filter((parts) => parts !== null)
  const dirOf = (controller: string) => {
    const first = groups.find(([, names]) => names?.split(',').includes(controller))
    const path = ownPath((first ?? groups.find(([, names]) => names === ''))?.[2], id)
    if (path === undefined) return undefined
    const mount = join(root, 'sys/fs/cgroup', first ? controller : '')
    return { version: first ? 1 : 2, dir: join(mount, path) } as const
  }
  const [cpu, memory] = [dirOf('cpuacct'), dirOf('memory')]
  return cpu && memory && { cpu, memory }
}

/** The part of a path that is the container's: a process of systemd in it may sit deeper. */
function ownPath(path: string | undefined, id: string): string | undefined {
  const at = path?.indexOf(id) ?? -1
  if (path === undefined || at < 0) return undefined
  const end = path.indexOf('/', at)
  return end < 0 ? path : path.slice(0, end)
}

/** Reads at once and not in turns: that is far cheaper for files that are made in memory. Undefined when they are gone. */
export function readCgroup({ cpu, memory }: CgroupFiles): CgroupCounters | undefined {
  const cpuNanos = cpu.version === 1 ? whole(join(cpu.dir, 'cpuacct.usage')) : usageNanos(join(cpu.dir, 'cpu.stat'))
  const isFirst = memory.version === 1
  const usage = whole(join(memory.dir, isFirst ? 'memory.usage_in_bytes' : 'memory.current'))
  const inactive = entry(join(memory.dir, 'memory.stat'), isFirst ? 'total_inactive_file' : 'inactive_file')
  if (cpuNanos === undefined || usage === undefined || inactive === undefined) return undefined
  return { cpuNanos, memoryBytes: Math.max(0, Number(usage - inactive)) }
}

function usageNanos(path: string): bigint | undefined {
  const micros = entry(path, 'usage_usec')
  return micros === undefined ? undefined : micros * 1000n
}

function whole(path: string): bigint | undefined {
  return bigintOf(read(path)?.trim())
}

/** The number behind a name in a file of lines "name number". */
function entry(path: string, name: string): bigint | undefined {
  const text = `\n${read(path) ?? ''}`
  const at = text.indexOf(`\n${name} `)
  if (at < 0) return undefined
  const [number] = text.slice(at + name.length + 2).split('\n', 1)
  return bigintOf(number)
}

function bigintOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined
}

/** Undefined for what is not there, or not for us to read, or went while it was read. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
