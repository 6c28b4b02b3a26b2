import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const binFolder = join(root, 'node_modules', '.bin')

/** Installs what package-lock.json names unless exactly that is installed already. */
export async function ensureDependencies() {
  if (!dependenciesAreInstalled()) {
    console.log('Installing npm dependencies ...')
    // Not `npm ci`: it refuses a lock file that lacks a platform's optional binary. Versions come from the lock either way.
    // No install scripts: none of ours needs one, and some would download binaries or call a compiler.
    await run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  ensureNode24()
  linkOwnCommand()
}

/** npm records what it installed in a hidden lock file: compare versions with ours, platform packages aside. */
function dependenciesAreInstalled() {
  const installedLock = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installedLock)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedLock, 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, optional, peer }]) => {
    if (path === '') return true
    if (installed[path] === undefined) return optional === true || peer === true
    return installed[path].version === version
  })
}

/** Node 24 comes from npm, as a package for the platform; where there is none, the Node that is running has to do. */
function ensureNode24() {
  const windows = process.platform === 'win32'
  const command = join(binFolder, windows ? 'node.cmd' : 'node')
  if (existsSync(command)) return
  const name = { win32: 'node-win', darwin: process.arch === 'arm64' ? 'node-bin-darwin' : 'node-darwin' }[
    process.platform
  ]
  const program = `${name ?? `node-${process.platform}`}-${process.arch}/bin/node${windows ? '.exe' : ''}`
  if (existsSync(join(root, 'node_modules', program))) {
    // Not every npm links a package's command that is called like itself.
    if (windows) writeFileSync(command, `@"%~dp0\\..\\${program.replaceAll('/', '\\')}" %*\r\n`)
    else symlinkSync(`../${program}`, command)
    return
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) return
  throw new Error(
    `Slipway runs on Node 24, and npm has no package of it for ${process.platform} on ${process.arch}. ` +
      `Install Node 24 (you have ${process.versions.node}) and run this again.`,
  )
}

/** npm links the commands of dependencies but not a package's own: this lets `npx --no slipway` find ours. */
function linkOwnCommand() {
  const link = join(binFolder, 'slipway')
  if (process.platform === 'win32') {
    writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\dist\\cli\\slipway.js" %*\r\n')
    return
  }
  rmSync(link, { force: true })
  symlinkSync('../../dist/cli/slipway.js', link)
  const target = join(root, 'dist', 'cli', 'slipway.js')
  if (existsSync(target)) chmodSync(target, 0o755)
}

/** Runs a command in the checkout, its output shown; rejects with the command line when it fails. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32', ...options })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`"${command} ${args.join(' ')}" failed with exit code ${code}.`))
    })
  })
}
