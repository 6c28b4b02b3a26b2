import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { interfaceBuild } from '../../build/bundling/interface-build.ts'
import { DockerEngine } from '../../electron/engine/docker/docker-engine.ts'
import { findEngine } from '../../electron/engine/docker/engine-location.ts'
import { ensureBusyboxImage } from '../support/busybox-image.ts'
import { EngineUnderTest } from '../support/engine-under-test.ts'
import { launchBrowser } from '../support/interface-page.ts'

const root = join(import.meta.dirname, '../..')
const WITHIN_A_SECOND = 1_000
const PATIENCE = 60_000

let engine: EngineUnderTest
let browser: Browser
let page: Page
let image: string

beforeAll(async () => {
  await build(interfaceBuild(root, join(root, 'dist/renderer')))
  image = await ensureBusyboxImage(new DockerEngine(findEngine()))
  engine = new EngineUnderTest()
  await engine.serve()
  await engine.up()
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1360, height: 850 }, locale: 'en-US' })
  await page.goto((await engine.slipway('open', '--print')).stdout.trim())
  page.setDefaultTimeout(PATIENCE)
})
afterAll(async () => {
  await browser?.close()
  await engine?.[Symbol.asyncDispose]()
})

const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}\\b`) })

describe('the interface on a real engine', () => {
  test('shows the running cluster', async () => {
    await page.getByRole('heading', { name: engine.cluster }).waitFor()
    await page.getByRole('button', { name: 'Pods', exact: true }).click()
    await page.getByRole('heading', { name: 'Pods' }).waitFor()
  })

  test('a pod appears within a second and is followed until it runs', async () => {
    const script = 'i=0; while true; do i=$((i+1)); echo "tick $i"; sleep 0.2; done'
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'ticker' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image, command: ['sh', '-c', script] }],
      },
    }
    await engine.apply(JSON.stringify(pod))
    await row('ticker').waitFor({ timeout: WITHIN_A_SECOND })
    await row('ticker').getByText('Running').waitFor()
    await row('ticker').getByText('1/1').waitFor()
  })

  test('log lines stream as they are written', async () => {
    await row('ticker').click()
    await page.getByRole('button', { name: 'Logs', exact: true }).click()
    const numbers = async () =>
      (await page.locator('.log-line').allInnerTexts()).map((line) => Number(line.split(' ')[1]))
    await page.locator('.log-line').first().waitFor()
    const last = (await numbers()).at(-1) ?? 0
    await page.getByText(`tick ${last + 10}`, { exact: true }).waitFor()
    const seen = await numbers()
    expect(seen).toEqual(seen.map((_, index) => (seen[0] ?? 0) + index))
  })

  test('a command typed in the terminal answers', async () => {
    await page.getByRole('button', { name: 'Shell', exact: true }).click()
    const screen = page.locator('.xterm-rows')
    await screen.getByText('#').first().waitFor()
    await page.keyboard.type('echo answer=$((6*7)); stty size\r')
    await screen.getByText('answer=42', { exact: true }).waitFor()
    const size = screen.getByText(/^\d+ \d+$/)
    await size.waitFor()
    const [rows = 0, columns = 0] = ((await size.textContent()) ?? '').split(' ').map(Number)
    expect(rows).toBeGreaterThan(5)
    expect(columns).toBeGreaterThan(100)
    await page.keyboard.type('exit 3\r')
    await screen.getByText('The shell ended with code 3').waitFor()
  })

  test('what a pod takes is shown within a sample or two', async () => {
    await row('ticker')
      .getByText(/^\d+Mi$/)
      .waitFor()
    await page.getByRole('img', { name: /^Memory, last 5 minutes: \d+Mi now/ }).waitFor()
  })

  test('the details tell what happened, and a deletion is seen through', async () => {
    await page.getByRole('tab', { name: 'Events' }).click()
    await page.locator('.event-list').getByText('Scheduled', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('No controller owns this pod: nothing brings it back.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await row('ticker').waitFor({ state: 'detached' })
  })
})
