import { spawn } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Logger } from '../../../../shared/lang/logger.ts'
import type { NetworkEngine } from '../network-engine.ts'

/** One of the images that Slipway brings itself. */
export interface SystemImage {
  /** "gateway": the image is slipway/gateway. */
  readonly name: string
  /** The folder with its sources: their content is the image's tag. */
  readonly sources: string
  /** Fills a directory with the root file system without any registry; false where this machine can't. */
  readonly buildRootfs: (directory: string, architecture: string) => Promise<boolean>
  /** What `docker import` adds: entry point, environment. */
  readonly changes: readonly string[]
}

export interface SystemImageDeps {
  readonly engine: NetworkEngine
  readonly logger: Logger
  /** Where a packaged app has its archives, as <name>-<architecture>.tar. */
  readonly archives?: string | undefined
}

/**
 * Makes sure that the engine has the image and resolves with its name: what is there, else the packaged archive, else
 * built from the sources, without a registry where that is possible.
 */
export async function ensureSystemImage(image: SystemImage, deps: SystemImageDeps): Promise<string> {
  const { engine, logger } = deps
  const architecture = await engine.architecture()
  const archive = await packagedArchive(deps.archives, `${image.name}-${architecture}.tar`)
  const hash = archive
    ? shortHash(createHash('sha256').update(archive))
    : await contentHash(image.sources, architecture)
  const tag = `slipway/${image.name}:${hash}`
  if (await engine.hasImage(tag)) return tag
  if (archive) {
    await engine.importImage(tag, archive, image.changes)
    return tag
  }
  logger.info({ image: tag }, 'building a system image')
  const directory = await mkdtemp(join(tmpdir(), `slipway-${image.name}-`))
  try {
    if (await image.buildRootfs(directory, architecture)) {
      await engine.importImage(tag, await tarOf(directory), image.changes)
    } else {
      await engine.buildImage(tag, await tarOf(image.sources))
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  return tag
}

async function contentHash(directory: string, architecture: string): Promise<string> {
  const hash = createHash('sha256').update(architecture)
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.sort()) {
    hash.update(`\0${relative(directory, file).split(sep).join('/')}\0`).update(await readFile(file))
  }
  return shortHash(hash)
}

function shortHash(hash: Hash): string {
  return hash.digest('hex').slice(0, 16)
}

async function packagedArchive(directory: string | undefined, file: string): Promise<Buffer | undefined> {
  if (directory === undefined) return undefined
  try {
    return await readFile(join(directory, file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function tarOf(directory: string): Promise<Buffer> {
  const tar = spawn('tar', ['-C', directory, '--owner=0', '--group=0', '-c', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve, reject) => {
    tar.once('error', reject)
    tar.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`tar of ${directory} ended with ${code}`))))
  })
  const [archive] = await Promise.all([buffer(tar.stdout), ended])
  return archive
}
