// What the suites need and is slow to make, made side by side; what is built goes by content hash into the cache folder
// or, for images, to the engine.
import { join } from 'node:path'
import { ensureShopImages } from '../../build/demo/shop-images.ts'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import { DockerEngine } from '../../electron/engine/docker/docker-engine.ts'
import { findEngine } from '../../electron/engine/docker/engine-location.ts'
import { DockerNetworkEngine } from '../../electron/engine/docker/network-engine.ts'
import { ensureSandboxImage } from '../../electron/engine/docker/sandbox-image.ts'
import { dnsImage } from '../../electron/engine/network/images/dns-image.ts'
import { gatewayImage } from '../../electron/engine/network/images/gateway-image.ts'
import { ensureSystemImage } from '../../electron/engine/network/images/system-image.ts'
import { silentLogger } from '../../shared/lang/logger.ts'
import { findElectronRuntime } from './electron-runtime.ts'
import { findKubectl, kubectlVersions } from './kubectl.ts'

const sources = join(import.meta.dirname, '../../build/images')
const docker = new DockerEngine(findEngine())
const deps = { engine: new DockerNetworkEngine(docker), logger: silentLogger }

interface Preparation {
  readonly what: string
  readonly prepare: () => Promise<unknown>
}

/** One after the other in a row: each compiler uses all processors. */
const rows: readonly (readonly Preparation[])[] = [
  [
    { what: 'Electron', prepare: findElectronRuntime },
    { what: 'the sandbox', prepare: () => ensureSandboxImage(docker, { sourceDir: join(sources, 'sandbox') }) },
    { what: 'the gateway', prepare: () => ensureSystemImage(gatewayImage(join(sources, 'gateway')), deps) },
    { what: "the shop's images", prepare: () => ensureShopImages() },
    { what: 'busybox', prepare: () => ensureImages(['busybox:1.37']) },
  ],
  [
    { what: 'the DNS server', prepare: () => ensureSystemImage(dnsImage(join(sources, 'dns')), deps) },
    ...kubectlVersions.map((version) => ({ what: `kubectl ${version}`, prepare: () => findKubectl(version) })),
  ],
]

await Promise.all(
  rows.map(async (row) => {
    for (const { what, prepare } of row) await attempt(what, prepare)
  }),
)

async function attempt(what: string, prepare: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  try {
    await prepare()
    console.log(`prepared ${what} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  } catch (error) {
    console.error(`could not prepare ${what}: ${error}`)
    process.exitCode = 1
  }
}
