import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './command.ts'

const DOWNLOAD_TIMEOUT_MS = 120_000
const electron = join(root, 'node_modules', 'electron')

/** The Electron binary, downloaded when there is a display for it; undefined when it cannot be had. */
export function findElectron(): string | undefined {
  const display = process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  if (process.platform === 'linux' && !display) return undefined
  if (!existsSync(join(electron, 'path.txt'))) {
    spawnSync('node', [join(electron, 'install.js')], { timeout: DOWNLOAD_TIMEOUT_MS, stdio: 'ignore' })
  }
  if (!existsSync(join(electron, 'path.txt'))) return undefined
  return join(electron, 'dist', readFileSync(join(electron, 'path.txt'), 'utf8').trim())
}

export function openWindow(binary: string): void {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  spawn(binary, [...asRoot, root], { detached: true, stdio: 'ignore' }).unref()
}

/** The address of the same interface for a browser, with its one-time token. */
export async function browserAddress(slipway: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return (await run('node', [...slipway, 'open', '--print'], { env })).trim()
}
