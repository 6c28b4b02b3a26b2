import { inParallel } from '../../../shared/lang/in-parallel.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ignoring, isStatus } from './engine-error.ts'
import { label, type Owner, ownedBy } from './labels.ts'
import { removeUnmounted } from './live-restore.ts'

/** How many removals the engine works on at once. */
const AT_ONCE = 4

/** Asks the pods' containers to end, and kills those that are still there after `graceMs`. */
export async function stopContainers(engine: DockerEngine, owner: Owner, graceMs: number): Promise<void> {
  const filters = { ...ownedBy(owner, { [label.role]: 'container' }), status: ['running'] }
  const running = await engine.listContainers(filters)
  await Promise.all(running.map(({ Id }) => ignoring([304, 404], engine.stopContainer(Id, graceMs / 1000))))
}

/** Removes every container of the cluster, its gateway included; volumes and networks stay. */
export async function removeContainers(engine: DockerEngine, owner: Owner): Promise<void> {
  const containers = await engine.listContainers(ownedBy(owner))
  // Sandboxes last: what joined their network goes first.
  const rank = (labels: Readonly<Record<string, string>>) => (labels[label.role] === 'container' ? 0 : 1)
  const sorted = [...containers].sort((a, b) => rank(a.Labels) - rank(b.Labels))
  await inParallel(sorted, AT_ONCE, ({ Id }) => ignoreGone(engine.removeContainer(Id)))
}

/** Removes everything that carries the cluster's labels: containers, then networks and volumes. Safe to repeat. */
export async function destroyCluster(engine: DockerEngine, owner: Owner): Promise<void> {
  await removeContainers(engine, owner)
  const [networks, volumes] = await Promise.all([
    engine.listNetworks(ownedBy(owner)),
    engine.listVolumes(ownedBy(owner)),
  ])
  await inParallel(networks, AT_ONCE, ({ Id }) => ignoreGone(engine.removeNetwork(Id)))
  await inParallel(volumes, AT_ONCE, ({ Name }) => ignoreGone(removeUnmounted(engine, Name)))
}

async function ignoreGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  } catch (error) {
    if (!isStatus(error, 404) && !isStatus(error, 409)) throw error
  }
}
