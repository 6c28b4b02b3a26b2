import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DockerEngine } from '../../electron/engine/docker/docker-engine.ts'
import { findEngine } from '../../electron/engine/docker/engine-location.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { AppProcess } from '../support/app-process.ts'
import { ensureBusyboxImage } from '../support/busybox-image.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'

const PODS = { group: '', version: 'v1', resource: 'pods' }
const PATIENCE_MS = 60_000

const engine = new EngineUnderTest()
const env = {
  ...process.env,
  SLIPWAY_HOME: engine.data.path,
  KUBECONFIG: join(engine.data.path, 'kubeconfig'),
}
let app: AppProcess

beforeAll(() => ensureBusyboxImage(new DockerEngine(findEngine())))
afterAll(async () => {
  await app?.stop()
  await engine[Symbol.asyncDispose]()
})

const sleeper = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'sleeper' },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'main', image: 'slipway-test/busybox:1', command: ['sh', '-c', 'trap exit TERM; sleep 100000 & wait'] },
    ],
  },
}

/** The id of the container that runs the pod, by what the API says and the Docker engine confirms. */
async function runningContainer(page: RpcClient): Promise<string> {
  const ref = { cluster: 'dev', ref: PODS, namespace: 'default', name: 'sleeper' }
  return eventually('the pod runs', PATIENCE_MS, async () => {
    const { status } = (await page.call('objects.get', ref)) as Pod
    const id = status?.containerStatuses?.[0]?.containerID?.replace('docker://', '') ?? ''
    return (await runs(id)) && id
  })
}

async function runs(container: string): Promise<boolean> {
  const { stdout } = await engine.docker('inspect', '-f', '{{.State.Running}}', container)
  return stdout.trim() === 'true'
}

test('the app makes its first cluster from the tray, with the engine in its own process, and the window runs pods', async () => {
  app = new AppProcess(env)
  await app.trayOffers('Create cluster dev')
  app.click('Create cluster dev')
  await app.trayOffers('dev (running)')
  expect(app.windows).toBe(1)
  const page = app.page()
  expect(await page.call('engine.info')).toMatchObject({ pid: app.pid, home: engine.data.path })
  await page.call('objects.create', { cluster: 'dev', ref: PODS, namespace: 'default', object: sleeper })
  expect(await runningContainer(page)).not.toBe('')
})

test('closing the window keeps the app, and the command line talks to its engine', async () => {
  app.closeWindow()
  await eventually('no window', PATIENCE_MS, async () => app.windows === 0)
  expect((await engine.slipway('list')).stdout).toContain('dev')
  app.click('Open Slipway')
  await eventually('a window', PATIENCE_MS, async () => app.windows === 1)
})

test('stop and start in the tray', async () => {
  app.click('dev (running)', 'Stop')
  await app.trayOffers('dev (stopped)')
  app.click('dev (stopped)', 'Start')
  await app.trayOffers('dev (running)')
})

test('quitting ends in order and leaves the pod running; hidden, the next start adopts it without a window', async () => {
  const container = await runningContainer(app.page())
  expect(await app.quit()).toBe(0)
  expect(await runs(container)).toBe(true)

  app = new AppProcess(env, '--hidden')
  await app.trayOffers('dev (running)')
  expect(app.windows).toBe(0)
  app.click('Open Slipway')
  await eventually('a window', PATIENCE_MS, async () => app.windows === 1)
  expect(await runningContainer(app.page())).toBe(container)
  expect(await app.quit()).toBe(0)
})
