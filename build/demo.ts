// `npm run demo`: from a checkout to a shop that answers, on a cluster of three nodes.
// `npm run demo -- --exit`: the same on a cluster of its own, then everything is cleaned up; for scripts and tests.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from './demo/command.ts'
import { applyShop, shopAddress, visitShop, waitForShop } from './demo/shop.ts'
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
  printTimes()
  console.log(`\nThe shop answers at ${address}`)
}

async function showInterface(): Promise<void> {
  const electron = findElectron()
  if (electron !== undefined) openWindow(electron)
  else console.log(`Slipway's window, in a browser: ${await browserAddress(slipway, env)}`)
  console.log(`
Look around:  kubectl --context slipway-${cluster} -n shop get pods -o wide
Stop it:      npx --no slipway down ${cluster}
Remove it:    npx --no slipway delete ${cluster}`)
}

async function cleanUp(folder: string): Promise<void> {
  await step('Clean up', async () => {
    await run('node', [...slipway, 'delete', cluster, '--yes'], { env })
    await run('node', [...slipway, 'shutdown'], { env })
    rmSync(folder, { recursive: true, force: true })
  })
}

try {
  try {
    await demo()
    if (home === undefined) await showInterface()
  } finally {
    if (home !== undefined) await cleanUp(home)
  }
} catch (error) {
  console.error(`\n${(error as Error).message}`)
  process.exitCode = 1
}
