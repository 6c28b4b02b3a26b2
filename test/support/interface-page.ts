import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from '@playwright/test'
import { build } from 'vite'
import { interfaceBuild } from '../../build/bundling/interface-build.ts'

const root = join(import.meta.dirname, '../..')

/** Where screenshots of the interface are kept for people to look at. */
export const SCREENSHOTS = join(root, 'artifacts/screenshots')

/** Bundles the interface for a test; answers the folder. */
export async function buildInterface(): Promise<string> {
  const outDir = join(root, 'node_modules/.cache/interface-under-test')
  await build(interfaceBuild(root, outDir))
  return outDir
}

/** The system's Chromium where there is one, else Playwright's own. */
export function launchBrowser(): Promise<Browser> {
  const system = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
  return chromium.launch({
    ...(system === undefined ? {} : { executablePath: system }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
