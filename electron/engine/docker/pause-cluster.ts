import { type Clock, delay } from '../../../shared/lang/clock.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ignoring, isStatus } from './engine-error.ts'
import { type Owner, ownedBy } from './labels.ts'

const CHECK_MS = 20
/** How often a command that was only announced is waited for: who announced it may be gone. */
const ANNOUNCED_CHECKS = 50
const STARTING_CHECKS = 1500

/**
 * Freezes every running container of the cluster, its gateway included. `clock` goes on meanwhile. Rejects where a
 * command is being started for longer than anyone should wait; some containers are frozen then.
 */
export async function pauseContainers(engine: DockerEngine, owner: Owner, clock: Clock): Promise<void> {
  const ids = await containersIn(engine, owner, 'running')
  await Promise.all(
    ids.map((id) =>
      ignoring(
        [404, 409],
        commandsStarted(engine, id, clock).then(() => engine.pauseContainer(id)),
      ),
    ),
  )
}

/**
 * A container frozen while a command is being started in it is never thawed again: the engine waits for the start to
 * end, and the start for the thaw. So it is only frozen when its commands run, or have ended.
 */
async function commandsStarted(engine: DockerEngine, id: string, clock: Clock): Promise<void> {
  for (let check = 0; check < STARTING_CHECKS; check++) {
    const { ExecIDs } = await engine.inspectContainer(id)
    const execs = await Promise.all((ExecIDs ?? []).map((exec) => engine.inspectExec(exec).catch(forgotten)))
    const unborn = execs.filter((exec) => exec?.ExitCode === null && exec.Pid === 0)
    const isWaitedFor = check < ANNOUNCED_CHECKS ? unborn.length > 0 : unborn.some((exec) => exec?.Running)
    if (!isWaitedFor) return
    await delay(clock, CHECK_MS)
  }
  throw new Error(`a command is still being started in container ${id.slice(0, 12)}`)
}

function forgotten(error: unknown): undefined {
  if (!isStatus(error, 404)) throw error
  return undefined
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
