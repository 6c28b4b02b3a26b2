import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { interfaceBuild } from '../../build/bundling/interface-build.ts'
import { appBuilds } from '../../build/bundling/node-build.ts'
import { DockerEngine } from '../../electron/engine/docker/docker-engine.ts'
import { findEngine } from '../../electron/engine/docker/engine-location.ts'
import { ensureBusyboxImage } from '../support/busybox-image.ts'
import { Desktop } from '../support/desktop.ts'
import { findElectronRuntime } from '../support/electron-runtime.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { SCREENSHOTS } from '../support/interface-page.ts'

const root = join(import.meta.dirname, '../..')
/** Inside the checkout, so that the bundle finds its dependencies. */
const folder = join(root, 'node_modules/.cache/app-under-test')
const PATIENCE = 60_000

let desktop: Desktop
let engine: EngineUnderTest
let app: ElectronApplication
let page: Page

/** The shipped main process, preload and interface, attached to an engine that a command line started. */
beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await build(interfaceBuild(root, join(folder, 'renderer')))
  for (const config of appBuilds(root, join(folder, 'main'))) await build(config)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ productName: 'Slipway', main: 'main/main.cjs' }))
  const executablePath = await findElectronRuntime()
  await ensureBusyboxImage(new DockerEngine(findEngine()))
  engine = new EngineUnderTest()
  await engine.serve()
  await engine.up()
  desktop = await Desktop.start()
  app = await _electron.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', folder],
    env: {
      ...(process.env as Record<string, string>),
      ...desktop.env,
      HOME: engine.data.path,
      XDG_CONFIG_HOME: engine.data.path,
      SLIPWAY_HOME: engine.data.path,
    },
  })
  page = await app.firstWindow()
  page.setDefaultTimeout(PATIENCE)
})
afterAll(async () => {
  await app?.close()
  await desktop?.stop()
  await engine?.[Symbol.asyncDispose]()
})

const tray = async () => (await desktop.trayMenu()).map(({ label }) => label)

describe('the app in an Electron window', () => {
  test('shows the cluster over its MessagePort, isolated from Node', async () => {
    await page.getByRole('heading', { name: engine.cluster }).waitFor()
    expect(page.url()).toMatch(/^file:/)
    expect(await page.evaluate(() => ['require', 'process', 'module'].filter((name) => name in window))).toEqual([])
    await page.screenshot({ path: join(SCREENSHOTS, 'electron-window.png') })
  })

  test('tails a log and answers in a terminal', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'ticker' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'main',
            image: 'slipway-test/busybox:1',
            command: ['sh', '-c', 'i=0; while true; do i=$((i+1)); echo "tick $i"; sleep 0.2; done'],
          },
        ],
      },
    }
    await page.getByRole('button', { name: 'Pods', exact: true }).click()
    await engine.apply(JSON.stringify(pod))
    const row = page.getByRole('row', { name: /^ticker/ })
    await row.getByText('Running').waitFor()
    await row.click()
    await page.keyboard.press('l')
    await page.getByText('tick 9', { exact: true }).waitFor()
    await page.keyboard.press('s')
    const screen = page.locator('.xterm-rows')
    await screen.getByText('#').first().waitFor()
    await page.keyboard.type('echo answer=$((6*7))\r')
    await screen.getByText('answer=42', { exact: true }).waitFor()
    await page.screenshot({ path: join(SCREENSHOTS, 'electron-terminal.png') })
  })

  test('reloads into the same view with a new port', async () => {
    await page.reload()
    await page.getByRole('heading', { name: 'Pods' }).waitFor()
    await page.getByRole('heading', { name: 'ticker' }).waitFor()
  })

  test('shows each cluster in the tray and stops it from there', async () => {
    await eventually('the running cluster in the tray', PATIENCE, async () =>
      (await tray()).includes(`${engine.cluster} (running)`),
    )
    await desktop.clickTray(`${engine.cluster} (running) > Stop`)
    await page.getByText(`${engine.cluster} is stopped`).waitFor()
    await eventually('the stopped cluster in the tray', PATIENCE, async () =>
      (await tray()).includes(`${engine.cluster} (stopped)`),
    )
  })

  test('lets no page leave, and no second window open', async () => {
    await page.evaluate(() => {
      window.location.href = 'https://example.invalid/'
    })
    expect(await page.evaluate(() => window.open('about:blank') === null)).toBe(true)
    expect(page.url()).toMatch(/^file:/)
    expect(app.windows()).toHaveLength(1)
  })
})
