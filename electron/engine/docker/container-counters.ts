import type { ContainerCounters } from '../../../shared/api/usage.ts'
import type { DockerEngine } from './docker-engine.ts'
import { isStatus } from './engine-error.ts'
import { label, type Owner, ownedBy } from './labels.ts'

/** How many containers the engine is asked about at once: each answer costs it a look into the kernel. */
const AT_ONCE = 4

interface Stats {
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } }
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> }
}

/** The counters of every running container of the cluster's pods. One that ends meanwhile is left out. */
export async function containerCounters(engine: DockerEngine, owner: Owner): Promise<ContainerCounters[]> {
  const running = await engine.listContainers({
    ...ownedBy(owner, { [label.role]: 'container' }),
    status: ['running'],
  })
  const queue = [...running]
  const found: ContainerCounters[] = []
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const stats = await statsOf(engine, next.Id)
      if (stats !== undefined) found.push(countersOf(next.Id, next.Labels, stats))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return found
}

async function statsOf(engine: DockerEngine, id: string): Promise<Stats | undefined> {
  try {
    return (await engine.containerStats(id)) as Stats
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 409)) return undefined
    throw error
  }
}

function countersOf(id: string, labels: Readonly<Record<string, string>>, stats: Stats): ContainerCounters {
  const { usage = 0, stats: details = {} } = stats.memory_stats ?? {}
  // Control groups of version 1 name the sum over the children; version 2 has but one.
  const inactive = details.total_inactive_file ?? details.inactive_file ?? 0
  return {
    id,
    pod: {
      uid: labels[label.podUid] ?? '',
      namespace: labels[label.podNamespace] ?? '',
      name: labels[label.podName] ?? '',
      node: labels[label.node] ?? '',
    },
    container: labels[label.containerName] ?? '',
    cpuNanos: BigInt(Math.floor(stats.cpu_stats?.cpu_usage?.total_usage ?? 0)),
    memoryBytes: Math.max(0, usage - inactive),
  }
}
