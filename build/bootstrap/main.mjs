// Gets a bare machine ready, then runs a command under Node 24:
//
//   node build/bootstrap/main.mjs NEED... -- COMMAND [ARGUMENT...]
//
// Needs: `engine` (a Docker engine that answers) and `tools` (what the test suites build their images and windows
// with). npm dependencies are always looked after. This folder runs on any Node from 20 on with nothing installed: plain
// JavaScript, Node's own modules only.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { packagesForTools } from './debian-packages.mjs'
import { binFolder, ensureDependencies, root } from './dependencies.mjs'
import { dockerPackages, engineIsMissing, ensureEngine } from './docker-engine.mjs'
import { installDebianPackages } from './install.mjs'

const separator = process.argv.indexOf('--')
if (separator < 0) throw new Error('usage: main.mjs NEED... -- COMMAND [ARGUMENT...]')
const needs = new Set(process.argv.slice(2, separator))
const [command, ...args] = process.argv.slice(separator + 1)

try {
  const engineMissing = needs.has('engine') && (await engineIsMissing())
  const packages = [...(engineMissing ? dockerPackages() : []), ...(needs.has('tools') ? packagesForTools() : [])]
  // One apt call, beside npm: both mostly wait for the network.
  await Promise.all([ensureDependencies(), installDebianPackages(packages)])
  if (needs.has('engine')) await ensureEngine()
} catch (error) {
  console.error(`\n${error.message}\n`)
  process.exit(1)
}

const child = spawn(command, args, {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${binFolder}${delimiter}${process.env.PATH ?? ''}` },
  shell: process.platform === 'win32',
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`${command} could not be started from ${join(root)}: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  process.exit(code ?? (signal === 'SIGINT' ? 130 : 143))
})
