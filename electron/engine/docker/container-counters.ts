import { setImmediate as othersTurn } from 'node:timers/promises'
import type { ContainerCounters } from '../../../shared/api/usage.ts'
import { inParallel } from '../../../shared/lang/in-parallel.ts'
import { type CgroupCounters, type CgroupFiles, cgroupFiles, readCgroup } from './cgroup-files.ts'
import type { DockerEngine } from './docker-engine.ts'
import { isStatus } from './engine-error.ts'
import type { ContainerInspect, ContainerSummary } from './engine-types.ts'
import { label, type Owner, ownedBy } from './labels.ts'

/** How many containers the engine is asked about at once: each answer costs it a look into the kernel. */
const AT_ONCE = 4
/** So many containers' files are read before others of this process have their turn: about a millisecond. */
const READ_TOGETHER = 16

interface Stats {
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } }
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> }
}

export interface CounterSource {
  readonly engine: DockerEngine
  readonly owner: Owner
  /** The root of the file system in which control groups are looked for; undefined: the engine is always asked. */
  readonly root: string | undefined
}

/**
 * The counters of every running container of a cluster's pods: from the kernel's files where the engine runs on this
 * machine, else, container by container, by the engine's one-shot statistics, which cost it some ten times as much.
 */
export class ContainerCounterReader {
  readonly #source: CounterSource
  /** By container id; undefined: not on this machine, so that it is not looked for again. */
  readonly #files = new Map<string, CgroupFiles | undefined>()

  constructor(source: CounterSource) {
    this.#source = source
  }

  /** A container that ends meanwhile is left out. */
  async read(): Promise<ContainerCounters[]> {
    const { engine, owner } = this.#source
    const running = await engine.listContainers({
      ...ownedBy(owner, { [label.role]: 'container' }),
      status: ['running'],
    })
    const ids = new Set(running.map(({ Id }) => Id))
    for (const id of this.#files.keys()) if (!ids.has(id)) this.#files.delete(id)
    const found: ContainerCounters[] = []
    const asked: ContainerSummary[] = []
    await this.#locate(running)
    for (const [n, container] of running.entries()) {
      if (n % READ_TOGETHER === READ_TOGETHER - 1) await othersTurn()
      const files = this.#files.get(container.Id)
      const counters = files && readCgroup(files)
      if (counters === undefined) asked.push(container)
      else found.push(countersOf(container, counters))
    }
    await inParallel(asked, AT_ONCE, async (container) => {
      const stats = await orGone<Stats>(engine.containerStats(container.Id))
      if (stats !== undefined) found.push(countersOf(container, statsCounters(stats)))
    })
    return found
  }

  /** Finds the files of containers that are new. */
  async #locate(running: readonly ContainerSummary[]): Promise<void> {
    const { engine, root } = this.#source
    if (root === undefined) return
    const unknown = running.filter(({ Id }) => !this.#files.has(Id))
    await inParallel(unknown, AT_ONCE, async ({ Id }) => {
      const inspect = await orGone<ContainerInspect>(engine.inspectContainer(Id))
      if (inspect !== undefined) this.#files.set(Id, cgroupFiles(root, { id: Id, pid: inspect.State.Pid }))
    })
  }
}

/** Undefined for a container that is gone or has ended. */
async function orGone<T>(answer: Promise<unknown>): Promise<T | undefined> {
  try {
    return (await answer) as T
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 409)) return undefined
    throw error
  }
}

function statsCounters({ cpu_stats, memory_stats }: Stats): CgroupCounters {
  const { usage = 0, stats: details = {} } = memory_stats ?? {}
  // Control groups of version 1 name the sum over the children; version 2 has but one.
  const inactive = details.total_inactive_file ?? details.inactive_file ?? 0
  return {
    cpuNanos: BigInt(Math.floor(cpu_stats?.cpu_usage?.total_usage ?? 0)),
    memoryBytes: Math.max(0, usage - inactive),
  }
}

function countersOf({ Id, Labels }: ContainerSummary, counters: CgroupCounters): ContainerCounters {
  return {
    id: Id,
    pod: {
      uid: Labels[label.podUid] ?? '',
      namespace: Labels[label.podNamespace] ?? '',
      name: Labels[label.podName] ?? '',
      node: Labels[label.node] ?? '',
    },
    container: Labels[label.containerName] ?? '',
    ...counters,
  }
}
