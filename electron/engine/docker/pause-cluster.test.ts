import { expect, test } from 'vitest'
import { ManualClock } from '../../../shared/lang/manual-clock.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { ExecInspect } from './engine-types.ts'
import { pauseContainers } from './pause-cluster.ts'

const OWNER = { installation: 'here', cluster: 'dev' }
const announced = { Running: false, ExitCode: null, Pid: 0 }
const starting = { Running: true, ExitCode: null, Pid: 0 }
const running = { Running: true, ExitCode: null, Pid: 7 }
const ended = { Running: false, ExitCode: 0, Pid: 7 }

/** An engine with one container in which one command goes through the given states, one with each look. */
function engineWith(states: readonly ExecInspect[]) {
  const done: string[] = []
  let looks = 0
  const engine = {
    listContainers: async () => [{ Id: 'web' }],
    inspectContainer: async () => ({ Id: 'web', ExecIDs: ['probe'] }),
    inspectExec: async () => states[Math.min(looks++, states.length - 1)],
    pauseContainer: async (id: string) => void done.push(`${id} frozen after ${looks} looks`),
  }
  return { engine: engine as unknown as DockerEngine, done }
}

async function pause(states: readonly ExecInspect[]): Promise<string[]> {
  const { engine, done } = engineWith(states)
  const clock = new ManualClock()
  let isOver = false
  const paused = pauseContainers(engine, OWNER, clock).finally(() => {
    isOver = true
  })
  paused.catch(() => undefined)
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(20)
  }
  await paused
  return done
}

test('a container is frozen only once every command in it runs or has ended', async () => {
  expect(await pause([running])).toEqual(['web frozen after 1 looks'])
  expect(await pause([ended])).toEqual(['web frozen after 1 looks'])
  expect(await pause([announced, starting, starting, running])).toEqual(['web frozen after 4 looks'])
})

test('a command that was announced but never started is not waited for for long', async () => {
  expect(await pause([announced])).toEqual(['web frozen after 51 looks'])
})

test('a command that does not get started keeps its container from being frozen', async () => {
  await expect(pause([starting])).rejects.toThrow('a command is still being started in container web')
})
