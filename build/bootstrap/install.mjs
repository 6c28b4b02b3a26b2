import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { run } from './dependencies.mjs'

/** Only there does the bootstrap install anything outside the checkout. */
export function canInstallDebianPackages() {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

export function missingDebianPackages(names) {
  return names.filter((name) => {
    try {
      const status = execFileSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      return status.trim() !== 'installed'
    } catch (error) {
      if (error.status === 1) return true
      throw error
    }
  })
}

/** Installs what is missing of `names` with apt, after asking; does nothing where it may not install. */
export async function installDebianPackages(names) {
  if (!canInstallDebianPackages()) return
  const missing = missingDebianPackages(names)
  if (missing.length === 0) return
  if (!(await mayInstall(missing))) return
  console.log(`Installing ${missing.join(' ')} ...`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' }
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] }
  await run('apt-get', ['update', '-qq'], quiet)
  const options = ['-qq', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']
  await run('apt-get', ['install', ...options, ...missing], quiet)
}

/** SLIPWAY_INSTALL=1 or 0 answers beforehand; a person at a terminal is asked; a script gets what it needs. */
async function mayInstall(missing) {
  if (process.env.SLIPWAY_INSTALL === '1') return true
  if (process.env.SLIPWAY_INSTALL === '0') return false
  if (!process.stdin.isTTY) return true
  const prompt = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await prompt.question(`Install these Debian packages: ${missing.join(' ')}? [Y/n] `)
  prompt.close()
  return !/^n/i.test(answer.trim())
}
