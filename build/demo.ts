// `npm run demo`: from a checkout to a shop that answers, on a cluster of three nodes.
// `npm run demo -- --exit`: the same on a cluster of its own, then everything is cleaned up; for scripts and tests.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from './demo/command.ts'
import { applyShop, makeReport, shopAddress, visitShop, waitForShop } from './demo/shop.ts'
import { ensureShopImages } from './demo/shop-images.ts'
import { printTimes, step } from './demo/steps.ts'
import { browserAddress, findElectron, openWindow } from './demo/window.ts'

const slipway = [join(root, 'dist/cli/slipway.js')]
const exitAfterwards = process.argv.includes('--exit')

const cluster = exitAfterwards ? `demo-${randomBytes(3).toString('hex')}` : 'demo'
// Leaves the user's clusters and kubeconfig alone.
const home = exitAfterwards ? mkdtempSync(join(tmpdir(), 'slipway-demo-')) : undefined
const env = home === undefined ? {} : { SLIPWAY_HOME: home }

async function demo(): Promise<void> {
  await step('Build Slipway', () => run('node', ['build/bundle.ts']))
  await step('Get the images', () => ensureShopImages())
  const up = [...slipway, 'up', cluster, '--nodes', '3', '--json', ...(exitAfterwards ? ['--no-kubeconfig'] : [])]
  await step('Start a cluster of 3 nodes', () => run('node', up, { env }))
  const kubeconfig = await run('node', [...slipway, 'kubeconfig', cluster], { env })
  await step('Apply the shop', () => applyShop(kubeconfig))
  await step('Wait until it is ready', () => waitForShop(kubeconfig))
  const address = await step('Find its address', () => shopAddress(kubeconfig))
  await step('Visit it', () => visitShop(address))
  await step('Make a report with its CronJob', () => makeReport(kubeconfig, address))
  printTimes()
  console.log(`\nThe shop answers at ${address}`)
}

async function showInterface(): Promise<void> {
  const electron = findElectron()
  if (electron !== undefined) openWindow(electron)
  else console.log(`Slipway's window, in a browser: ${await browserAddress(slipway, env)}`)
  console.log(howToGoOn())
}

/** The engine runs in the background, so the cluster outlives this command. */
function howToGoOn(): string {
  return `
Look around:  kubectl --context slipway-${cluster} -n shop get pods -o wide
Stop it:      npx --no slipway down ${cluster}
Remove it:    npx --no slipway delete ${cluster}`
}

/** Removes whatever of the demo's own cluster there is, however far it got. */
async function cleanUp(folder: string): Promise<void> {
  await step('Clean up', async () => {
    const clusters = JSON.parse(await run('node', [...slipway, 'list', '--json'], { env }))
    if (clusters.length > 0) await run('node', [...slipway, 'delete', cluster, '--yes'], { env })
    await run('node', [...slipway, 'shutdown'], { env })
    rmSync(folder, { recursive: true, force: true })
  })
}

async function orComplain(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    console.error(`\n${(error as Error).message}\n`)
    process.exitCode = 1
  }
}

let ending: Promise<void> | undefined

/** Once, whether the demo came to its end, failed or was interrupted. */
function end(): Promise<void> {
  ending ??= (async () => {
    if (home === undefined) return
    if (existsSync(join(home, 'installation.json'))) await orComplain(() => cleanUp(home))
    else rmSync(home, { recursive: true, force: true })
  })()
  return ending
}

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, async () => {
    if (interrupted) return
    interrupted = true
    console.log('\nInterrupted.')
    await end()
    if (home === undefined) console.log(howToGoOn())
    process.exit(130)
  })
}

await orComplain(async () => {
  await demo()
  if (home === undefined) await showInterface()
})
await end()
