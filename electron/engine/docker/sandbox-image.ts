import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { pack } from 'tar-stream'
import type { DockerEngine } from './docker-engine.ts'
import { isStatus } from './engine-error.ts'

const run = promisify(execFile)
const repository = 'slipway/sandbox'

export interface SandboxImageSources {
  /** build/images/sandbox of a checkout. */
  readonly sourceDir?: string
  /** Where a packaged app has `sandbox-amd64` and `sandbox-arm64`; wins where it has the engine's architecture. */
  readonly binaryDir?: string
}

/**
 * Gives the engine the sandbox image, under a name that tells its contents, and resolves with that name: from the
 * packaged binary, else compiled here, else built by the engine.
 */
export async function ensureSandboxImage(engine: DockerEngine, sources: SandboxImageSources): Promise<string> {
  const architecture = engineArchitecture((await engine.version()).Arch)
  const packaged = sources.binaryDir && join(sources.binaryDir, `sandbox-${architecture}`)
  if (packaged && existsSync(packaged)) {
    const binary = await readFile(packaged)
    return ensure(engine, hashOf([binary]), () => importBinary(engine, hashOf([binary]), binary))
  }
  if (!sources.sourceDir) throw new Error(`this package has no sandbox image for ${architecture}`)
  const sourceDir = sources.sourceDir
  const files = (await readdir(sourceDir)).sort()
  const contents = await Promise.all(files.map((file) => readFile(join(sourceDir, file))))
  const hash = hashOf([Buffer.from(architecture), ...contents])
  return ensure(engine, hash, async () => {
    const binary = await compile(sourceDir, files, architecture)
    if (binary) return importBinary(engine, hash, binary)
    return buildInEngine(engine, hash, new Map(files.map((file, index) => [file, contents[index] ?? Buffer.alloc(0)])))
  })
}

async function ensure(engine: DockerEngine, hash: string, make: () => Promise<void>): Promise<string> {
  const name = `${repository}:${hash}`
  try {
    await engine.inspectImage(name)
  } catch (error) {
    if (!isStatus(error, 404)) throw error
    await make()
    await engine.inspectImage(name)
  }
  return name
}

function hashOf(contents: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(`${content.length}:`).update(content)
  return hash.digest('hex').slice(0, 12)
}

function engineArchitecture(text: string): string {
  if (text === 'x86_64') return 'amd64'
  return text === 'aarch64' ? 'arm64' : text
}

/** Compiles with the C compiler of this machine, where there is one for the engine's architecture. */
async function compile(dir: string, files: readonly string[], architecture: string): Promise<Buffer | undefined> {
  const here = process.arch === 'x64' ? 'amd64' : process.arch
  if (process.platform !== 'linux' || here !== architecture) return undefined
  const sources = files.filter((file) => file.endsWith('.c')).map((file) => join(dir, file))
  const out = await mkdtemp(join(tmpdir(), 'slipway-sandbox-'))
  try {
    for (const compiler of ['musl-gcc', 'gcc', 'cc']) {
      const binary = join(out, 'sandbox')
      const made = await run(compiler, ['-static', '-Os', '-s', '-o', binary, ...sources]).then(
        () => true,
        () => false,
      )
      if (made) return await readFile(binary)
    }
    return undefined
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

async function importBinary(engine: DockerEngine, hash: string, binary: Buffer): Promise<void> {
  const archive = pack()
  archive.entry({ name: 'sandbox', mode: 0o755 }, binary)
  archive.finalize()
  const query = { repo: repository, tag: hash, changes: 'ENTRYPOINT ["/sandbox"]' }
  await finish(await engine.importImage(query, await bytesOf(archive)))
}

async function buildInEngine(engine: DockerEngine, hash: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  const archive = pack()
  for (const [name, content] of files) archive.entry({ name }, content)
  archive.finalize()
  await finish(await engine.buildImage({ t: `${repository}:${hash}`, rm: true }, await bytesOf(archive)))
}

/** The engine reports a failure in the last line of an answer that began well. */
async function finish(stream: NodeJS.ReadableStream): Promise<void> {
  const said = await text(stream)
  const failure = /"error":"((?:[^"\\]|\\.)*)"/.exec(said)
  if (failure) throw new Error(`the sandbox image could not be made: ${failure[1]}`)
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
