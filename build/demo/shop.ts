import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseAllDocuments } from 'yaml'
import { isInstalled, run } from './command.ts'
import { KubeApi, type KubeObject } from './kube-api.ts'
import { shopFolder } from './shop-images.ts'

const READY_TIMEOUT_MS = 240_000
const POLL_MS = 250
const manifests = join(shopFolder, 'manifests')

/** Puts the shop's manifests into the cluster as a user would: with kubectl, or server-side where there is none. */
export async function applyShop(kubeconfig: string): Promise<void> {
  if (await isInstalled('kubectl', 'version', '--client')) {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-demo-'))
    const file = join(folder, 'kubeconfig')
    writeFileSync(file, kubeconfig, { mode: 0o600 })
    try {
      await run('kubectl', ['--kubeconfig', file, 'apply', '-f', manifests])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return
  }
  const api = new KubeApi(kubeconfig)
  for (const name of readdirSync(manifests).sort()) {
    const documents = parseAllDocuments(readFileSync(join(manifests, name), 'utf8'))
    for (const document of documents) await api.apply((document as { toJS(): KubeObject }).toJS())
  }
}

/** Waits until every Deployment and StatefulSet of the shop is rolled out. */
export async function waitForShop(kubeconfig: string): Promise<void> {
  const api = new KubeApi(kubeconfig)
  const deadline = performance.now() + READY_TIMEOUT_MS
  for (;;) {
    const items = [...(await workloads(api, 'deployments')), ...(await workloads(api, 'statefulsets'))]
    const waiting = items.filter((workload) => !isRolledOut(workload)).map(({ metadata }) => metadata.name)
    if (items.length > 0 && waiting.length === 0) return
    if (performance.now() > deadline) {
      throw new Error(
        `the shop did not become ready; still waiting for: ${waiting.join(', ')}\n${await whatIsWrong(api)}`,
      )
    }
    await delay(POLL_MS)
  }
}

async function workloads(api: KubeApi, resource: string): Promise<KubeObject[]> {
  return (await api.get<{ items: KubeObject[] }>(`/apis/apps/v1/namespaces/shop/${resource}`)).items
}

function isRolledOut({ metadata, spec, status = {} }: KubeObject): boolean {
  const wanted = spec?.replicas ?? 1
  const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  return seen && status.updatedReplicas === wanted && status.availableReplicas === wanted
}

async function whatIsWrong(api: KubeApi): Promise<string> {
  const { items } = await api.get<{ items: { type?: string; reason?: string; message?: string }[] }>(
    '/api/v1/namespaces/shop/events',
  )
  const warnings = items.filter(({ type }) => type === 'Warning')
  return warnings.map(({ reason, message }) => `  ${reason}: ${message}`).join('\n')
}

/** Where the shop answers on this machine: its LoadBalancer port, or another when that one was taken. */
export async function shopAddress(kubeconfig: string): Promise<string> {
  const api = new KubeApi(kubeconfig)
  const deadline = performance.now() + READY_TIMEOUT_MS
  for (;;) {
    const service = await api.get('/api/v1/namespaces/shop/services/web')
    const ingress = service.status?.loadBalancer?.ingress?.[0]
    const port = ingress?.ports?.[0]?.port ?? service.spec?.ports?.[0]?.port
    if (ingress?.ip !== undefined) return `http://${ingress.ip}:${port}`
    if (performance.now() > deadline) throw new Error('the Service shop/web got no address on this machine')
    await delay(POLL_MS)
  }
}

/** Buys something, and looks at what went through PostgreSQL and Redis meanwhile. */
export async function visitShop(address: string): Promise<void> {
  const page = await fetch(address)
  expect((await page.text()).includes('The Chandlery'), 'the page is served')
  const first = await ask(address, 'visits', {})
  const second = await ask(address, 'visits', {})
  expect(second.visits > first.visits, 'Redis counts visitors')
  const { order } = await ask(address, 'orders', { productId: 1, quantity: 1 })
  const { recent } = await ask(address, 'orders')
  expect(
    recent.some(({ id }: { id: number }) => id === order.id),
    'PostgreSQL keeps orders',
  )
  await ask(address, 'products')
  const { from, products } = await ask(address, 'products')
  expect(from === 'Redis' && products.length > 0, 'Redis keeps the product list at hand')
}

/** Runs the CronJob's job once, now, as `kubectl create job --from=cronjob/report` does. */
export async function makeReport(kubeconfig: string, address: string): Promise<void> {
  const api = new KubeApi(kubeconfig)
  const cronJob = await api.get('/apis/batch/v1/namespaces/shop/cronjobs/report')
  const metadata = { name: `report-${Date.now()}`, namespace: 'shop' }
  const spec = cronJob.spec?.jobTemplate?.spec
  await api.apply({ apiVersion: 'batch/v1', kind: 'Job', metadata, ...(spec === undefined ? {} : { spec }) })
  const deadline = performance.now() + READY_TIMEOUT_MS
  while ((await api.get(`/apis/batch/v1/namespaces/shop/jobs/${metadata.name}`)).status?.succeeded !== 1) {
    if (performance.now() > deadline) throw new Error(`the report was not made\n${await whatIsWrong(api)}`)
    await delay(POLL_MS)
  }
  const { reports } = await ask(address, 'reports')
  expect(reports[0]?.orders > 0, 'the report counts the orders')
}

// biome-ignore lint/suspicious/noExplicitAny: the shop's answers are only looked into here
async function ask(address: string, path: string, body?: object): Promise<any> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${address}/api/${path}`, body === undefined ? {} : post)
  if (!response.ok) throw new Error(`the shop answered ${response.status} to ${path}: ${await response.text()}`)
  return response.json()
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the shop is not right: expected that ${what}`)
}
