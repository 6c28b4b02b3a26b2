import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DockerEngine } from '../../electron/engine/docker/docker-engine.ts'
import { findEngine } from '../../electron/engine/docker/engine-location.ts'
import { DockerNetworkEngine } from '../../electron/engine/docker/network-engine.ts'
import { ensureSandboxImage } from '../../electron/engine/docker/sandbox-image.ts'
import { dnsImage } from '../../electron/engine/network/images/dns-image.ts'
import { gatewayImage } from '../../electron/engine/network/images/gateway-image.ts'
import { ensureSystemImage } from '../../electron/engine/network/images/system-image.ts'
import { silentLogger } from '../../shared/lang/logger.ts'
import { root, run } from '../demo/command.ts'

const sources = join(root, 'build/images')

/** Fills `folder` with what a packaged app gives the engine instead of building it: for the engine's architecture. */
export async function packSystemImages(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const docker = new DockerEngine(findEngine())
  const engine = new DockerNetworkEngine(docker)
  const architecture = await engine.architecture()
  for (const image of [gatewayImage(join(sources, 'gateway')), dnsImage(join(sources, 'dns'))]) {
    const tag = await ensureSystemImage(image, { engine, logger: silentLogger })
    const archive = join(folder, `${image.name}-${architecture}.tar`)
    await withContainer(tag, (id) => run('docker', ['export', '-o', archive, id]))
    // The docker client keeps it from other users, who may run the installed app.
    chmodSync(archive, 0o644)
  }
  const sandbox = await ensureSandboxImage(docker, { sourceDir: join(sources, 'sandbox') })
  await withContainer(sandbox, (id) => run('docker', ['cp', `${id}:/sandbox`, join(folder, `sandbox-${architecture}`)]))
}

/** Files leave an image only through a container of it; this one never starts. */
async function withContainer(image: string, work: (id: string) => Promise<unknown>): Promise<void> {
  const id = (await run('docker', ['create', image])).trim()
  try {
    await work(id)
  } finally {
    await run('docker', ['rm', id])
  }
}
