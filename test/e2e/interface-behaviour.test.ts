import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type BrowserServer, serveBrowser } from '../../electron/ipc/browser-server.ts'
import { resources } from '../../shared/api/resources.ts'
import { buildInterface, launchBrowser, SCREENSHOTS } from '../support/interface-page.ts'
import { crowdedCluster, type MockCluster, shopCluster } from '../support/mock-cluster.ts'
import { MockEngine } from '../support/mock-engine.ts'
import { mockPod } from '../support/mock-objects.ts'

let browser: Browser
let files: string
let server: BrowserServer
let context: BrowserContext

beforeAll(async () => {
  files = await buildInterface()
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
afterEach(async () => {
  await context?.close()
  server?.dispose()
})

async function open(cluster: MockCluster, hash: string, locale = 'en-US'): Promise<{ page: Page; engine: MockEngine }> {
  const engine = new MockEngine()
  engine.add('dev', cluster)
  server = await serveBrowser(files, (transport) => engine.serve(transport))
  context = await browser.newContext({ viewport: { width: 1360, height: 850 }, locale })
  const page = await context.newPage()
  const address = server.newAddress()
  await page.goto(address)
  await page.goto(`${new URL(address).origin}/${hash}`)
  await page.locator('.row').first().waitFor()
  return { page, engine }
}

const firstRow = (page: Page) => page.locator('.row').first().getAttribute('data-key')

describe('the interface', () => {
  test('is worked with the keyboard alone', async () => {
    const { page } = await open(shopCluster(), '#/dev/pods')
    await page.keyboard.press('/')
    await page.keyboard.type('app=web')
    await page.getByText('3 of 13 objects').waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('j')
    expect(new URL(page.url()).hash).toContain('q=app%3Dweb')
    expect(await page.locator('.row[aria-selected=true]').getAttribute('aria-rowindex')).toBe('3')
    await page.keyboard.press('y')
    await page.getByText('apiVersion').first().waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.details').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('postgres secret')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'postgres' }).waitFor()
    expect(new URL(page.url()).hash).toContain('/dev/secrets')
  })

  test('deletes only after it said what will happen', async () => {
    const { page, engine } = await open(shopCluster(), '#/dev/pods?show=shop/migrate-4kq2x')
    await page.keyboard.press('d')
    await page.getByText('nothing brings it back').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(
      engine.clusters.get('dev')?.objects.get(resources.pods, 'shop/migrate-4kq2x')?.metadata.deletionTimestamp,
    ).toBe(undefined)
    await page.keyboard.press('d')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('deletion has begun').waitFor()
    await page.locator('[data-key="shop/migrate-4kq2x"]').waitFor({ state: 'detached' })
  })

  test('asks again before it ends pods that cannot be moved, or promises more than the machine has', async () => {
    const { page, engine } = await open(shopCluster(), '#/dev/nodes?show=dev-1')
    await page.getByRole('button', { name: 'Let it fail' }).click()
    await page.getByRole('dialog').getByText('as when its power is cut').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Let it fail' }).click()
    await page.keyboard.press('d')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByText('postgres-0 has a budget').waitFor()
    await page.getByRole('button', { name: 'End them and remove' }).click()
    await page.getByText('dev-1 has been removed').waitFor()
    await page.getByRole('button', { name: 'Add a node' }).click()
    await page.getByRole('dialog').getByText('0 CPU is left').waitFor()
    await page.getByRole('button', { name: 'Add it all the same' }).click()
    await page.getByText('A node has been added').waitFor()
    expect(engine.nodeChanges).toEqual(['fail dev-1', 'remove dev-1', 'add'])
  })

  test('offers no change of a paused cluster but to let it go on', async () => {
    const { page, engine } = await open(shopCluster(), '#/dev/deployments')
    await page.locator('.row').first().click()
    const scale = page.locator('.details').getByRole('button', { name: 'Scale' })
    expect(await scale.isEnabled()).toBe(true)
    engine.setPhase('dev', 'paused')
    const banner = page.locator('.banner')
    await banner.getByText('Paused: containers and controllers are frozen').waitFor()
    expect(await scale.isDisabled()).toBe(true)
    await banner.getByRole('button', { name: 'Resume' }).click()
    await banner.waitFor({ state: 'detached' })
    expect(await scale.isEnabled()).toBe(true)
  })

  test('shows 10,000 pods, scrolls to the last, and keeps few rows on the page', async () => {
    const { page } = await open(crowdedCluster(10_000), '#/dev/pods')
    await page.getByText('10,000 objects').waitFor()
    await page.locator('.table-body').evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await page.getByText('pod-09999').waitFor()
    expect(await page.locator('.row').count()).toBeLessThan(100)
    await page.getByRole('button', { name: 'Name', exact: true }).click()
    await page.getByRole('button', { name: 'Name', exact: true }).click()
    await page.locator('.table-body').evaluate((element) => element.scrollTo(0, 0))
    await expect.poll(() => firstRow(page)).toBe('default/pod-09999')
  })

  test('draws a storm of changes at most once a frame', async () => {
    const cluster = crowdedCluster(2_000)
    const { page } = await open(cluster, '#/dev/pods')
    await page.evaluate(() => {
      const counts = { frames: 0, changes: 0 }
      Object.assign(window, { counts })
      const count = () => {
        counts.frames += 1
        requestAnimationFrame(count)
      }
      requestAnimationFrame(count)
      new MutationObserver(() => {
        counts.changes += 1
      }).observe(document.querySelector('.count') as Element, { subtree: true, childList: true, characterData: true })
    })
    for (let index = 0; index < 500; index += 1) {
      cluster.put(resources.pods, mockPod(`new-${index}`, { namespace: 'default', app: 'load', image: 'nginx' }))
      if (index % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await page.getByText('2,500 objects').waitFor()
    const { frames, changes } = await page.evaluate(
      () => (window as unknown as { counts: { frames: number; changes: number } }).counts,
    )
    expect(changes).toBeLessThanOrEqual(frames)
  })

  test('keeps what it shows when the engine goes, and goes on when it is back', async () => {
    const { page, engine } = await open(shopCluster(), '#/dev/pods')
    const cluster = engine.clusters.get('dev')?.objects
    engine.disconnectAll()
    await page.getByText('The connection to the engine was lost').first().waitFor()
    expect(await page.locator('.row').count()).toBe(13)
    cluster?.delete(resources.pods, 'shop/migrate-4kq2x')
    await page.getByText('12 objects').waitFor()
  })

  test('a new sample changes what a pod is shown to take, and the order of the list', async () => {
    const { page, engine } = await open(shopCluster(), '#/dev/pods')
    const row = (name: string) => page.locator(`[data-key="shop/${name}"]`)
    expect(await row('migrate-4kq2x').getByText('—').count()).toBe(2)
    await page.getByRole('button', { name: 'Memory', exact: true }).click()
    const usage = engine.clusters.get('dev')?.usage
    usage?.sample({ 'redis-7d9f6c5b8-x7k0p': { cpuMillis: 7.2, memoryBytes: 900 * 1024 ** 2 } })
    await row('redis-7d9f6c5b8-x7k0p').getByText('900Mi', { exact: true }).waitFor()
    await row('redis-7d9f6c5b8-x7k0p').getByText('8m', { exact: true }).waitFor()
    await expect.poll(() => page.locator('[aria-rowindex="2"]').getAttribute('data-key')).toContain('redis')
    await row('redis-7d9f6c5b8-x7k0p').click()
    await page.getByRole('img', { name: 'Memory, last hour: 900Mi now' }).waitFor()
    usage?.sample({ 'redis-7d9f6c5b8-x7k0p': { cpuMillis: 900, memoryBytes: 950 * 1024 ** 2 } })
    await page.getByRole('img', { name: /^CPU, last hour: 900m now, least \d+m, most 900m; request 100m$/ }).waitFor()
    await page
      .getByRole('img', { name: /^Memory, last hour: 950Mi now, least \d+Mi, most 950Mi; request 128Mi; limit/ })
      .waitFor()
    const drawn = () =>
      page
        .locator('.time-chart canvas')
        .first()
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
    const light = await drawn()
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(drawn).not.toBe(light)
  })

  test('a list beside wide details keeps its tools apart, and the choices above all else', async () => {
    const { page } = await open(shopCluster(), '#/dev/pods?show=shop/postgres-0')
    const splitter = await page.locator('.splitter.vertical').last().boundingBox()
    await page.mouse.move(splitter?.x ?? 0, 400)
    await page.mouse.down()
    await page.mouse.move(0, 400)
    await page.mouse.up()
    const edges = () =>
      page
        .locator('.list, .toolbar h1, .toolbar .picker-button, .toolbar .filter')
        .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect()))
    await expect.poll(async () => (await edges())[0]?.width).toBeLessThan(340)
    const [list, title, picker, filter] = await edges()
    expect(title?.right).toBeLessThan(picker?.left ?? 0)
    expect(picker?.right).toBeLessThan(filter?.left ?? 0)
    expect(filter?.right).toBeLessThan(list?.right ?? 0)
    await page.locator('.toolbar .picker-button').click()
    await page.getByRole('option', { name: 'default' }).click()
    await page.getByText('No Pods in default').waitFor()
  })

  test('speaks Korean where the system does', async () => {
    const { page } = await open(shopCluster(), '#/dev/pods?show=shop/web-7d9f6c5b8-x7k0p', 'ko-KR')
    await page.getByRole('heading', { name: '파드' }).first().waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('ko')
    await page.screenshot({ path: join(SCREENSHOTS, 'korean.png') })
  })
})
