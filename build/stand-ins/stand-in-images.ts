// Public images by name, or stand-ins for them where no registry can be reached. Guarantees:
//  - an image that is there already stays as it is, unless it is an older stand-in of ours (by its label);
//  - a registry that answers is always preferred;
//  - stand-ins are made of Debian's packages and kept in the cache folder.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { cacheFolder } from '../cache.ts'
import { debianRootFileSystem } from './root-file-system.ts'

const LABEL = 'slipway.stand-in'
const BASE = 'slipway/stand-in-base'
const PULL_TIMEOUT_MS = 300_000
const folder = join(import.meta.dirname, 'image')

/** Dockerfile in image/ by the image name that it stands in for. */
const DOCKERFILES = {
  'nginx:1.29-alpine': 'nginx.Dockerfile',
  'postgres:17-alpine': 'postgres.Dockerfile',
  'redis:8-alpine': 'redis.Dockerfile',
  'node:24-alpine': 'node.Dockerfile',
  'busybox:1.37': 'busybox.Dockerfile',
} as const

export type PublicImage = keyof typeof DOCKERFILES

export interface ImagesReport {
  present: PublicImage[]
  pulled: PublicImage[]
  standIns: PublicImage[]
}

/** Makes sure that the engine has all of `images`. `dockerHost` as in DOCKER_HOST; default: the docker client's. */
export async function ensureImages(images: readonly PublicImage[], dockerHost?: string): Promise<ImagesReport> {
  const docker = dockerClient(dockerHost)
  const report: ImagesReport = { present: [], pulled: [], standIns: [] }
  const hash = contentHash()
  const missing: PublicImage[] = []
  for (const image of images) {
    const label = await docker.label(image)
    if (label === undefined || (label !== '' && label !== hash)) missing.push(image)
    else report.present.push(image)
  }
  for (const image of missing) {
    // One refusal tells that the registry is out of reach: then all the others are stand-ins too.
    if (report.standIns.length === 0 && (await docker.pull(image))) report.pulled.push(image)
    else report.standIns.push(image)
  }
  if (report.standIns.length > 0) await buildStandIns(docker, report.standIns, hash)
  return report
}

async function buildStandIns(docker: DockerClient, images: PublicImage[], hash: string): Promise<void> {
  const context = mkdtempSync(join(cacheFolder(), 'stand-ins-'))
  try {
    cpSync(folder, context, { recursive: true })
    if (images.includes('busybox:1.37')) layOutBusybox(join(context, 'busybox'))
    if (images.some((image) => image !== 'busybox:1.37') && (await docker.label(BASE)) !== hash) {
      await docker.importArchive(debianRootFileSystem(), BASE, `${LABEL}=${hash}`)
    }
    for (const image of images) {
      // 120 MB: only where it is needed.
      if (image === 'node:24-alpine') copyFileSync(process.execPath, join(context, 'node'))
      const file = join(context, DOCKERFILES[image])
      await docker.run(['build', '-q', '-f', file, '--label', `${LABEL}=${hash}`, '-t', image, context])
    }
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

/** The files of an image that holds only Debian's static busybox. */
function layOutBusybox(root: string): void {
  for (const name of ['bin', 'etc', 'home', 'root', 'tmp', 'usr', 'var'])
    mkdirSync(join(root, name), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'))
  const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
  )
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnobody:x:65534:\n')
}

function contentHash(): string {
  const hash = createHash('sha256').update(process.version)
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)))
  hash.update(readFileSync(join(import.meta.dirname, 'root-file-system.ts')))
  return hash.digest('hex').slice(0, 16)
}

interface DockerClient {
  run(args: string[]): Promise<string>
  /** The stand-in label of a local image ('' when it has none), undefined when there is no such image. */
  label(image: string): Promise<string | undefined>
  pull(image: string): Promise<boolean>
  importArchive(path: string, image: string, label: string): Promise<void>
}

function dockerClient(dockerHost: string | undefined): DockerClient {
  // The classic builder needs no plugin and runs offline.
  const env = { ...process.env, DOCKER_BUILDKIT: '0', ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }) }
  const run = async (args: string[], timeout = 0) =>
    (await promisify(execFile)('docker', args, { env, timeout, maxBuffer: 16 << 20 })).stdout.trim()
  return {
    run,
    label: async (image) => {
      const images = await run(['images', '-q', image])
      if (images === '') return undefined
      return run(['image', 'inspect', '-f', `{{ with .Config.Labels }}{{ index . "${LABEL}" }}{{ end }}`, image])
    },
    pull: (image) =>
      run(['pull', '-q', image], PULL_TIMEOUT_MS).then(
        () => true,
        () => false,
      ),
    importArchive: async (path, image, label) => {
      const child = spawn('docker', ['import', '--change', `LABEL ${label}`, '-', image], {
        env,
        stdio: ['pipe', 'ignore', 'inherit'],
      })
      const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
      await pipeline(createReadStream(path), child.stdin)
      if ((await exited) !== 0) throw new Error(`docker import of ${path} failed`)
    },
  }
}
