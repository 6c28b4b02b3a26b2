import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrowserServer, serveBrowser } from '../../electron/ipc/browser-server.ts'
import { buildInterface, launchBrowser, SCREENSHOTS } from '../support/interface-page.ts'
import { MockCluster, shopCluster } from '../support/mock-cluster.ts'
import { MockEngine } from '../support/mock-engine.ts'

let browser: Browser
let files: string

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  files = await buildInterface()
  browser = await launchBrowser()
})
afterAll(() => browser?.close())

function shopEngine(): MockEngine {
  const engine = new MockEngine()
  engine.add('dev', shopCluster())
  engine.add('staging', new MockCluster(), 'stopped')
  return engine
}

interface Screen {
  readonly name: string
  readonly engine: () => MockEngine
  readonly hash: string
  /** Brings the page to what is to be seen. */
  readonly act: (page: Page) => Promise<void>
}

const worker = '/shop/worker-7d9f6c5b8-x7k0p'
const seen = (text: string) => (page: Page) => page.getByText(text).first().waitFor()

const screens: Screen[] = [
  { name: 'overview', engine: shopEngine, hash: '#/dev/overview', act: seen('CrashLoopBackOff') },
  { name: 'pods', engine: shopEngine, hash: '#/dev/pods', act: seen('CrashLoopBackOff') },
  {
    name: 'pod-details',
    engine: shopEngine,
    hash: `#/dev/pods?show=${worker.slice(1)}`,
    act: seen('back-off 5m0s restarting failed container=worker'),
  },
  {
    name: 'pod-usage',
    engine: shopEngine,
    hash: '#/dev/pods?show=shop/postgres-0',
    act: (page) => page.getByRole('img', { name: /^CPU, last hour/ }).waitFor(),
  },
  {
    name: 'pod-usage-read',
    engine: shopEngine,
    hash: '#/dev/pods?show=shop/web-7d9f6c5b8-x7k0p',
    async act(page) {
      await page.getByRole('img', { name: /^CPU, last hour/ }).hover()
      await page
        .getByText(/^\d\d:\d\d:\d\d$/)
        .first()
        .waitFor()
    },
  },
  {
    name: 'pod-events',
    engine: shopEngine,
    hash: `#/dev/pods?show=${worker.slice(1)}&tab=events`,
    act: seen('Back-off restarting failed container'),
  },
  {
    name: 'pod-yaml',
    engine: shopEngine,
    hash: `#/dev/pods?show=${worker.slice(1)}&tab=yaml`,
    act: seen('containerStatuses'),
  },
  {
    name: 'deployments',
    engine: shopEngine,
    hash: '#/dev/deployments?show=shop/web',
    act: seen('MinimumReplicasAvailable'),
  },
  {
    name: 'services',
    engine: shopEngine,
    hash: '#/dev/services?show=shop/web',
    act: seen('web.shop.dev.localhost:8280'),
  },
  { name: 'nodes', engine: shopEngine, hash: '#/dev/nodes?show=dev-1', act: seen('KubeletReady') },
  { name: 'secrets', engine: shopEngine, hash: '#/dev/secrets?show=shop/postgres', act: seen('password') },
  { name: 'configmaps', engine: shopEngine, hash: '#/dev/configmaps?show=shop/shop-config', act: seen('GREETING') },
  {
    name: 'statefulsets',
    engine: shopEngine,
    hash: '#/dev/statefulsets?show=shop/postgres',
    act: seen('data-postgres-0'),
  },
  {
    name: 'daemonsets',
    engine: shopEngine,
    hash: '#/dev/daemonsets?show=shop/log-agent',
    act: seen('max unavailable 1'),
  },
  { name: 'jobs', engine: shopEngine, hash: '#/dev/jobs?show=shop/import-legacy', act: seen('BackoffLimitExceeded') },
  { name: 'cronjobs', engine: shopEngine, hash: '#/dev/cronjobs?show=shop/report', act: seen('report-29384112') },
  {
    name: 'ingresses',
    engine: shopEngine,
    hash: '#/dev/ingresses?show=shop/shop',
    act: seen('https://shop.localhost:8543/api'),
  },
  {
    name: 'networkpolicies',
    engine: shopEngine,
    hash: '#/dev/networkpolicies?show=shop/postgres',
    act: seen('5432/TCP'),
  },
  { name: 'endpointslices', engine: shopEngine, hash: '#/dev/endpointslices?show=shop/web-x2k4p', act: seen('IPv4') },
  {
    name: 'persistentvolumeclaims',
    engine: shopEngine,
    hash: '#/dev/persistentvolumeclaims?show=shop/data-postgres-0',
    act: seen('postgres-0'),
  },
  {
    name: 'persistentvolumes',
    engine: shopEngine,
    hash: '#/dev/persistentvolumes?show=pvc-4a1f7c52',
    act: seen('Released'),
  },
  { name: 'storageclasses', engine: shopEngine, hash: '#/dev/storageclasses?show=local', act: seen('pvc-4a1f7c52') },
  {
    name: 'autoscalers',
    engine: shopEngine,
    hash: '#/dev/horizontalpodautoscalers?show=shop/api',
    act: seen('ValidMetricFound'),
  },
  {
    name: 'budgets',
    engine: shopEngine,
    hash: '#/dev/poddisruptionbudgets?show=shop/api',
    act: seen('SufficientPods'),
  },
  { name: 'events', engine: shopEngine, hash: '#/dev/events', act: seen('BackOff') },
  { name: 'empty-list', engine: shopEngine, hash: '#/dev/pods?ns=default', act: seen('No Pods in default') },
  {
    name: 'logs',
    engine: shopEngine,
    hash: '#/dev/pods?show=shop/web-7d9f6c5b8-x7k0p',
    async act(page) {
      await page.getByRole('button', { name: 'Logs', exact: true }).click()
      await page.getByText('request=239').waitFor()
      await page.getByLabel('Search the log').fill('orders')
      await page
        .getByText(/\d+ of \d+/)
        .last()
        .waitFor()
    },
  },
  {
    name: 'terminal',
    engine: shopEngine,
    hash: '#/dev/pods?show=shop/web-7d9f6c5b8-x7k0p',
    async act(page) {
      await page.locator('.row').first().waitFor()
      await page.keyboard.press('s')
      await page.locator('.xterm-rows').getByText('/ #').waitFor()
      await page.keyboard.type('ls\r')
      await page.locator('.xterm-rows').getByText('root').waitFor()
    },
  },
  {
    name: 'palette',
    engine: shopEngine,
    hash: '#/dev/pods?show=shop/web-7d9f6c5b8-x7k0p',
    async act(page) {
      await page.locator('.row').first().waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('option').first().waitFor()
    },
  },
  {
    name: 'delete',
    engine: shopEngine,
    hash: '#/dev/pods?show=shop/web-7d9f6c5b8-x7k0p',
    async act(page) {
      await page.locator('.row').first().waitFor()
      await page.keyboard.press('d')
      await page.getByText('starts a new pod in its place').waitFor()
    },
  },
  {
    name: 'switcher',
    engine: shopEngine,
    hash: '#/dev/pods',
    async act(page) {
      await page.locator('.cluster .picker-button').click()
      await page.getByRole('option', { name: 'staging' }).waitFor()
    },
  },
  { name: 'no-cluster', engine: () => new MockEngine(), hash: '', act: seen('No cluster yet') },
  { name: 'stopped', engine: shopEngine, hash: '#/staging/pods', act: seen('staging is stopped') },
  {
    name: 'failed',
    engine() {
      const engine = new MockEngine()
      engine.add(
        'dev',
        new MockCluster(),
        'failed',
        'The subnet 10.80.0.0/16 overlaps with the route of interface tun0 (VPN).',
      )
      return engine
    },
    hash: '',
    act: seen('dev could not start'),
  },
  {
    name: 'no-docker',
    engine() {
      const engine = new MockEngine()
      engine.docker = undefined
      return engine
    },
    hash: '',
    act: seen('Docker does not answer'),
  },
]

describe.each(['light', 'dark'] as const)('the interface in %s', (colorScheme) => {
  test.each(screens)('$name is shown and accessible', async ({ name, engine, hash, act }) => {
    const mock = engine()
    let server: BrowserServer | undefined
    const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, colorScheme, locale: 'en-US' })
    try {
      server = await serveBrowser(files, (transport) => mock.serve(transport))
      const page = await context.newPage()
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      const address = server.newAddress()
      await page.goto(address)
      if (hash !== '') await page.goto(`${new URL(address).origin}/${hash}`)
      await act(page)
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}.png`), animations: 'disabled' })
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
      ).toEqual([])
      expect(errors).toEqual([])
    } finally {
      await context.close()
      server?.dispose()
    }
  })
})
