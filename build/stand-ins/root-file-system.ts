import { type ExecFileSyncOptions, execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../cache.ts'

const RELEASE = 'bookworm'
const PACKAGES = ['nginx-light', 'redis-server', 'postgresql', 'ca-certificates']
/** Documentation, package lists and PostgreSQL's compiler (170 MB of LLVM) that nothing here uses. */
const LEFT_OUT = [
  './usr/share/doc/*',
  './usr/share/man/*',
  './usr/share/locale/*',
  './usr/share/info/*',
  './var/cache/apt/*',
  './var/lib/apt/lists/*',
  './usr/lib/*/libLLVM*',
  './usr/lib/*/libz3*',
  './usr/lib/llvm*',
  './usr/lib/postgresql/*/lib/llvmjit*',
  './usr/lib/postgresql/*/lib/bitcode',
  './dev/*',
]

/** The path of a tar archive with a Debian that holds all servers the stand-ins need; about a minute the first time. */
export function debianRootFileSystem(): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([RELEASE, PACKAGES, LEFT_OUT, process.arch]))
    .digest('hex')
  const archive = join(cacheFolder(), `stand-in-debian-${hash.slice(0, 16)}.tar`)
  if (existsSync(archive)) return archive
  if (spawnSync('debootstrap', ['--version']).error !== undefined || process.getuid?.() !== 0) {
    throw new Error(
      'No image registry can be reached, and stand-ins for its images can be made only as root on Debian or Ubuntu, ' +
        'with debootstrap installed.',
    )
  }
  const work = mkdtempSync(join(cacheFolder(), 'debootstrap-'))
  try {
    const root = join(work, 'root')
    const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'inherit'] }
    execFileSync('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, RELEASE, root], quiet)
    const leftOut = LEFT_OUT.map((pattern) => `--exclude=${pattern}`)
    execFileSync('tar', ['-C', root, ...leftOut, '-cf', join(work, 'root.tar'), '.'], quiet)
    renameSync(join(work, 'root.tar'), archive)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return archive
}
