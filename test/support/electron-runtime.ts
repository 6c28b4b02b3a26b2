import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../build/cache.ts'

const sources = join(import.meta.dirname, '../../build/ci/electron-runtime')

/**
 * The path of an Electron binary for tests of the window: an old one (Chromium 108, Node 16) that can be had without
 * a download from its makers; half a minute the first time. Start it with --no-sandbox as root, under xvfb-run and
 * dbus-run-session.
 */
export async function findElectronRuntime(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)))
  const folder = join(cacheFolder(), `electron-22.3.25-${hash.digest('hex').slice(0, 8)}`)
  await promisify(execFile)(join(sources, 'setup.sh'), [folder])
  return join(folder, 'electron')
}
