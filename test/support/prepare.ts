// What the suites need and is slow to make, made side by side and kept by content hash outside the checkout.
import { ensureShopImages } from '../../build/demo/shop-images.ts'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import { findElectronRuntime } from './electron-runtime.ts'
import { findKubectl, kubectlVersions } from './kubectl.ts'

const preparations: [what: string, prepare: () => Promise<unknown>][] = [
  ['images', () => ensureShopImages().then(() => ensureImages(['busybox:1.37']))],
  ['Electron', findElectronRuntime],
  ['kubectl', () => inTurn(kubectlVersions, findKubectl)],
]

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (const item of items) await work(item)
}

const results = await Promise.allSettled(
  preparations.map(async ([what, prepare]) => {
    const start = performance.now()
    await prepare()
    console.log(`prepared ${what} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }),
)
for (const [index, result] of results.entries()) {
  if (result.status === 'fulfilled') continue
  console.error(`could not prepare ${preparations[index]?.[0]}: ${result.reason}`)
  process.exitCode = 1
}
