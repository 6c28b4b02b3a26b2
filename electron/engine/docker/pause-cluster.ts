import type { DockerEngine } from './docker-engine.ts'
import { ignoring } from './engine-error.ts'
import { type Owner, ownedBy } from './labels.ts'

/** Freezes every running container of the cluster, its gateway included. */
export async function pauseContainers(engine: DockerEngine, owner: Owner): Promise<void> {
  const ids = await containersIn(engine, owner, 'running')
  await Promise.all(ids.map((id) => ignoring([404, 409], engine.pauseContainer(id))))
}

/** Thaws what is frozen: after a pause, or when the process that paused is gone. */
export async function unpauseContainers(engine: DockerEngine, owner: Owner): Promise<void> {
  const ids = await containersIn(engine, owner, 'paused')
  await Promise.all(ids.map((id) => ignoring([404, 409], engine.unpauseContainer(id))))
}

async function containersIn(engine: DockerEngine, owner: Owner, state: string): Promise<string[]> {
  const containers = await engine.listContainers({ ...ownedBy(owner), status: [state] })
  return containers.map((container) => container.Id)
}
