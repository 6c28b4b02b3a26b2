import { type ImageInfo, type LocalImage, RuntimeError } from '../kubelet/pod-runtime.ts'
import type { DockerEngine } from './docker-engine.ts'
import { EngineError, isStatus, runtimeFailure } from './engine-error.ts'
import type { ImageInspect } from './engine-types.ts'
import { textLines } from './text-lines.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface PullProgress {
  readonly status: string
  readonly layer: string | undefined
  readonly currentBytes: number | undefined
  readonly totalBytes: number | undefined
}

/** `name` is what a digest should belong to, where `reference` is an id. */
export async function inspectImage(
  engine: DockerEngine,
  reference: string,
  name = reference,
): Promise<ImageInfo | undefined> {
  checkReference(reference)
  try {
    return imageInfo(name, await engine.inspectImage(reference))
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    if (isStatus(error, 400)) throw runtimeFailure(error, 'InvalidImageName')
    throw error
  }
}

export async function listImages(engine: DockerEngine): Promise<LocalImage[]> {
  const images = await engine.listImages()
  return images.map(({ RepoDigests, RepoTags, Size }) => ({
    names: [...(RepoDigests ?? []), ...(RepoTags ?? [])],
    sizeBytes: Size,
  }))
}

/** What is no name at all must not become part of a request's path. */
function checkReference(name: string): void {
  if (/^[\w.:/@+-]+$/.test(name) && !/(^|\/)\.*(\/|$)/.test(name)) return
  throw new RuntimeError('InvalidImageName', `invalid reference format: ${name}`)
}

function imageInfo(name: string, image: ImageInspect): ImageInfo {
  const repository = splitReference(name).repository
  const digests = image.RepoDigests ?? []
  const own = digests.find((digest) => familiar(digest.split('@')[0] ?? '') === familiar(repository))
  return {
    id: image.Id,
    digest: own ?? digests[0] ?? image.Id,
    sizeBytes: image.Size,
    names: [...(image.RepoTags ?? []), ...digests],
    user: image.Config?.User ?? '',
  }
}

/** "docker.io/library/x" and "x" are one repository. */
function familiar(repository: string): string {
  return repository.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '')
}

function splitReference(name: string): { repository: string; tag: string } {
  const at = name.indexOf('@')
  if (at >= 0) return { repository: name.slice(0, at).replace(/:[^/:]*$/, ''), tag: name.slice(at + 1) }
  const tag = /:([^/:]*)$/.exec(name)
  return tag ? { repository: name.slice(0, tag.index), tag: tag[1] ?? 'latest' } : { repository: name, tag: 'latest' }
}

/** The registry's host as docker's configuration names it. */
export function registryOf(name: string): string {
  const first = name.split('/')[0] ?? ''
  const isHost = name.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')
  return isHost && first !== 'docker.io' && first !== 'index.docker.io' ? first : 'https://index.docker.io/v1/'
}

/** Pulls with the first credentials that the registry takes; with none when there are none. */
export async function pullImage(
  engine: DockerEngine,
  name: string,
  options: {
    auth: readonly (Credentials | { identitytoken: string })[]
    signal: AbortSignal
    onProgress?(progress: PullProgress): void
  },
): Promise<ImageInfo> {
  checkReference(name)
  let failure: unknown
  for (const auth of options.auth.length > 0 ? options.auth : [undefined]) {
    try {
      await pullOnce(engine, name, auth, options)
      const image = await inspectImage(engine, name)
      if (image) return image
      failure = new RuntimeError('ErrImagePull', `the engine has no image ${name} after it was pulled`)
    } catch (error) {
      if (error instanceof RuntimeError && error.reason === 'EngineUnavailable') throw error
      failure = error
    }
  }
  throw pullFailure(failure)
}

/** With padding: the engine reads nothing at all from a text without it. */
function registryAuth(auth: object): string {
  return Buffer.from(JSON.stringify(auth)).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

async function pullOnce(
  engine: DockerEngine,
  name: string,
  auth: Credentials | { identitytoken: string } | undefined,
  { signal, onProgress }: { signal: AbortSignal; onProgress?(progress: PullProgress): void },
): Promise<void> {
  const { repository, tag } = splitReference(name)
  const header = auth && registryAuth({ ...auth, serveraddress: registryOf(name) })
  const headers: Record<string, string> = header ? { 'X-Registry-Auth': header } : {}
  const stream = await engine.pullImage({ fromImage: repository, tag }, headers, signal)
  for await (const line of textLines(stream)) {
    const said = JSON.parse(line) as {
      error?: string
      status?: string
      id?: string
      progressDetail?: { current?: number; total?: number }
    }
    if (said.error !== undefined) throw new EngineError(500, said.error)
    onProgress?.({
      status: said.status ?? '',
      layer: said.id,
      currentBytes: said.progressDetail?.current,
      totalBytes: said.progressDetail?.total,
    })
  }
}

const unreachable =
  /no such host|connection refused|i\/o timeout|network is unreachable|no route to host|TLS handshake timeout|Client\.Timeout|server misbehaving|EOF$/i

function pullFailure(error: unknown): Error {
  if (isStatus(error, 400) && error instanceof Error && /invalid reference format/i.test(error.message)) {
    return runtimeFailure(error, 'InvalidImageName')
  }
  if (error instanceof EngineError && unreachable.test(error.message)) {
    return runtimeFailure(error, 'RegistryUnavailable')
  }
  return runtimeFailure(error, 'ErrImagePull')
}
