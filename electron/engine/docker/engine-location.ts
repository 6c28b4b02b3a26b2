import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where a Docker engine listens. */
export type EngineLocation =
  | { readonly kind: 'socket'; readonly path: string; readonly source: string }
  | {
      readonly kind: 'tcp'
      readonly host: string
      readonly port: number
      readonly tls: TlsFiles | undefined
      readonly source: string
    }

export interface TlsFiles {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly verify: boolean
}

class EngineLocationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'EngineLocationError'
  }
}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly platform: NodeJS.Platform
}

/**
 * Finds the engine as the docker client does: DOCKER_HOST, then DOCKER_CONTEXT or the current context of its
 * configuration, then the default sockets; the first that exists of those of Docker Desktop, Colima, Rancher Desktop,
 * OrbStack and Podman. Throws EngineLocationError with a sentence for the user.
 */
export function findEngine(surroundings: Partial<Surroundings> = {}): EngineLocation {
  const env = surroundings.env ?? process.env
  const home = surroundings.home ?? homedir()
  const platform = surroundings.platform ?? process.platform
  const configDir = env.DOCKER_CONFIG || join(home, '.docker')
  if (env.DOCKER_HOST) return parseHost(env.DOCKER_HOST, 'DOCKER_HOST', () => environmentTls(env, configDir))
  const context = env.DOCKER_CONTEXT || currentContext(configDir)
  if (context !== undefined && context !== 'default') return contextLocation(context, configDir)
  return defaultLocation({ env, home, platform })
}

export function parseHost(host: string, source: string, tls: () => TlsFiles | undefined): EngineLocation {
  const unix = /^unix:\/\/(.*)$/.exec(host)
  if (unix) return { kind: 'socket', path: unix[1] || '/var/run/docker.sock', source }
  const pipe = /^npipe:\/\/(.*)$/.exec(host)
  if (pipe) return { kind: 'socket', path: pipe[1] || '//./pipe/docker_engine', source }
  if (host.startsWith('ssh://')) {
    throw new EngineLocationError(
      `${source} names an engine over SSH (${host}), which Slipway does not support. Forward its socket, for example with "ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST", and set DOCKER_HOST=unix:///tmp/docker.sock.`,
    )
  }
  const address = host.includes('://') ? host : `tcp://${host}`
  if (!URL.canParse(address)) throw new EngineLocationError(`${source} is not an address of an engine: ${host}`)
  const url = new URL(address)
  if (!['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new EngineLocationError(`${source} is not an address of an engine: ${host}`)
  }
  const files =
    tls() ?? (url.protocol === 'https:' ? { ca: undefined, cert: undefined, key: undefined, verify: true } : undefined)
  const port = url.port === '' ? (files ? 2376 : 2375) : Number(url.port)
  return { kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port, tls: files, source }
}

function environmentTls(env: Surroundings['env'], configDir: string): TlsFiles | undefined {
  const verify = Boolean(env.DOCKER_TLS_VERIFY)
  if (!verify && !env.DOCKER_TLS) return undefined
  return readTls(env.DOCKER_CERT_PATH || configDir, verify)
}

function readTls(dir: string, verify: boolean): TlsFiles | undefined {
  const read = (name: string) => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), 'utf8') : undefined)
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem'), verify }
}

function currentContext(configDir: string): string | undefined {
  const config = readJson(join(configDir, 'config.json')) as { currentContext?: string } | undefined
  return config?.currentContext || undefined
}

/** The docker client keeps a context's facts under the SHA-256 of its name. */
function contextLocation(name: string, configDir: string): EngineLocation {
  const id = createHash('sha256').update(name).digest('hex')
  const meta = readJson(join(configDir, 'contexts', 'meta', id, 'meta.json')) as
    | { Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } } }
    | undefined
  const endpoint = meta?.Endpoints?.docker
  if (!endpoint?.Host) {
    throw new EngineLocationError(
      `the Docker context "${name}" does not exist; "docker context ls" lists those that do`,
    )
  }
  const tlsDir = join(configDir, 'contexts', 'tls', id, 'docker')
  const tls = () => (existsSync(tlsDir) ? readTls(tlsDir, endpoint.SkipTLSVerify !== true) : undefined)
  return parseHost(endpoint.Host, `the Docker context "${name}"`, tls)
}

function defaultLocation({ env, home, platform }: Surroundings): EngineLocation {
  if (platform === 'win32') return { kind: 'socket', path: '//./pipe/docker_engine', source: 'the default pipe' }
  const sockets = [
    '/var/run/docker.sock',
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    join(home, '.orbstack/run/docker.sock'),
    join(home, '.colima/default/docker.sock'),
    join(home, '.config/colima/default/docker.sock'),
    join(home, '.rd/docker.sock'),
    join(home, '.local/share/containers/podman/machine/podman.sock'),
  ]
  if (env.XDG_RUNTIME_DIR) {
    sockets.push(join(env.XDG_RUNTIME_DIR, 'docker.sock'), join(env.XDG_RUNTIME_DIR, 'podman/podman.sock'))
  }
  sockets.push('/run/podman/podman.sock')
  const path = sockets.find((socket) => existsSync(socket)) ?? '/var/run/docker.sock'
  return { kind: 'socket', path, source: 'the default socket' }
}

function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new EngineLocationError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export function describeLocation(location: EngineLocation): string {
  const address = location.kind === 'socket' ? location.path : `${location.host}:${location.port}`
  return `${address} (${location.source})`
}
