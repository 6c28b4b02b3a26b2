// Bundles the checkout into dist/:
//   dist/cli/slipway.js   the command line (a launcher that any Node can start) and dist/cli/main.js behind it
//   dist/engine/          what command line and app share, worker threads as files of their own
//   dist/main/            Electron's main process and preload as CommonJS, and the tray's icon
//   dist/renderer/        the interface, for the window and for a browser
// npm dependencies stay outside and are resolved from node_modules; only the interface carries its own.
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { interfaceBuild } from './bundling/interface-build.ts'
import { appBuilds, nodeBuild } from './bundling/node-build.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

async function bundleCommandLine(): Promise<void> {
  const input = { 'cli/main': join(root, 'electron/cli/slipway.ts') }
  await build(nodeBuild(root, { input, format: 'es', outDir: dist }))
  mkdirSync(join(dist, 'cli'), { recursive: true })
  copyFileSync(join(root, 'build/bootstrap/launcher.mjs'), join(dist, 'cli/slipway.js'))
  chmodSync(join(dist, 'cli/slipway.js'), 0o755)
}

async function bundleApp(): Promise<void> {
  for (const config of appBuilds(root, join(dist, 'main'))) await build(config)
}

async function bundleInterface(): Promise<void> {
  await build(interfaceBuild(root, join(dist, 'renderer')))
}

const parts: { name: string; entry: string; bundle: () => Promise<void> }[] = [
  { name: 'command line', entry: 'electron/cli/slipway.ts', bundle: bundleCommandLine },
  { name: 'app', entry: 'electron/main.ts', bundle: bundleApp },
  { name: 'interface', entry: 'renderer/app/main.tsx', bundle: bundleInterface },
]

rmSync(dist, { recursive: true, force: true })
for (const { name, entry, bundle } of parts) {
  if (!existsSync(join(root, entry))) {
    console.log(`${name}: left out, ${entry} is not there`)
    continue
  }
  await bundle()
  console.log(`${name}: built`)
}
