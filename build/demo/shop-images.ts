import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ensureImages } from '../stand-ins/stand-in-images.ts'
import { run } from './command.ts'

const LABEL = 'slipway.shop'
export const shopFolder = join(import.meta.dirname, '../shop')
const images = { 'slipway-shop/api:1.0.0': 'api', 'slipway-shop/web:1.0.0': 'web' }

/** Gets the public images that the shop needs and builds its own two, unless they are there as they should be. */
export async function ensureShopImages(dockerHost?: string): Promise<void> {
  const env = { DOCKER_BUILDKIT: '0', ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }) }
  await ensureImages(['nginx:1.29-alpine', 'node:24-alpine', 'postgres:17-alpine', 'redis:8-alpine'], dockerHost)
  for (const [image, part] of Object.entries(images)) {
    const folder = join(shopFolder, part)
    const hash = hashOf(folder)
    if (await hasLabel(image, hash, env)) continue
    // Both clients are plain JavaScript: installed here, they run in the image.
    if (part === 'api') await run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--loglevel=error'], { cwd: folder })
    await run('docker', ['build', '-q', '--label', `${LABEL}=${hash}`, '-t', image, folder], { env })
  }
}

async function hasLabel(image: string, hash: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const id = await run('docker', ['images', '-q', '--filter', `label=${LABEL}=${hash}`, image], { env })
  return id.trim() !== ''
}

function hashOf(folder: string): string {
  const hash = createHash('sha256')
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.filter((path) => !relative(folder, path).startsWith('node_modules')).sort()) {
    hash.update(relative(folder, file)).update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 16)
}
