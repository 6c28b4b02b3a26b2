import type { Pod, Secret } from '../../../shared/api/types/core-v1.ts'
import { podSpec } from './pod-containers.ts'
import type { PodSources } from './pod-sources.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

const DOCKER_HUB = ['docker.io', 'index.docker.io', 'registry-1.docker.io']

/** Logins of the pod's imagePullSecrets that fit an image's registry, and the names of Secrets that are missing. */
export async function pullCredentials(
  sources: PodSources,
  pod: Pod,
  image: string,
): Promise<{ logins: Credentials[]; missing: string[] }> {
  const logins: Credentials[] = []
  const missing: string[] = []
  for (const { name = '' } of podSpec(pod).imagePullSecrets ?? []) {
    const secret = name === '' ? undefined : await sources.secret(pod.metadata.namespace ?? '', name)
    if (secret) logins.push(...loginsFor(secret, image))
    else if (name !== '') missing.push(name)
  }
  return { logins, missing }
}

function loginsFor(secret: Secret, image: string): Credentials[] {
  const json = secret.data?.['.dockerconfigjson']
  const config = parse(json ?? secret.data?.['.dockercfg'])
  const auths = json === undefined ? config : asRecord(config.auths)
  return Object.entries(auths).flatMap(([server, entry]) => {
    const login = loginOf(asRecord(entry))
    return login && servesImage(server, image) ? [login] : []
  })
}

function loginOf({ username, password, auth }: Record<string, unknown>): Credentials | undefined {
  if (typeof username === 'string' && typeof password === 'string') return { username, password }
  if (typeof auth !== 'string') return undefined
  const text = Buffer.from(auth, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** A login is for a registry host, or for a path under it. */
function servesImage(server: string, image: string): boolean {
  const address = server.replace(/^https?:\/\//, '').replace(/\/(v1|v2)?\/?$/, '')
  const [first = ''] = image.split('/')
  const explicit = image.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  if (!explicit) return DOCKER_HUB.includes(address)
  if (DOCKER_HUB.includes(first)) return DOCKER_HUB.includes(address)
  return image === address || image.startsWith(`${address}/`)
}

function parse(base64: string | undefined): Record<string, unknown> {
  try {
    return asRecord(JSON.parse(Buffer.from(base64 ?? '', 'base64').toString()))
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
