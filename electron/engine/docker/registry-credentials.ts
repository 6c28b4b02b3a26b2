import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Logger } from '../../../shared/lang/logger.ts'
import { type Credentials, registryOf } from './images.ts'

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { auth?: string; identitytoken?: string }>>
  readonly credsStore?: string
  readonly credHelpers?: Readonly<Record<string, string>>
}

type Found = Credentials | { identitytoken: string }

/** What the user's docker client would sign in with at the image's registry: its helpers, else its configuration. */
export async function registryCredentials(image: string, logger: Logger): Promise<Found[]> {
  const config = await readConfig(logger)
  if (config === undefined) return []
  const registry = registryOf(image)
  const helper = config.credHelpers?.[registry] ?? config.credsStore
  const found = helper ? await fromHelper(helper, registry, logger) : fromConfig(config, registry)
  return found ? [found] : []
}

async function readConfig(logger: Logger): Promise<DockerConfig | undefined> {
  const path = join(process.env.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json')
  try {
    return JSON.parse(await readFile(path, 'utf8')) as DockerConfig
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      logger.warn({ path, error: String(error) }, 'the docker configuration cannot be read')
    }
    return undefined
  }
}

function fromConfig(config: DockerConfig, registry: string): Found | undefined {
  const host = registry.replace(/^https?:\/\//, '').replace(/\/v1\/$/, '')
  const entry = config.auths?.[registry] ?? config.auths?.[host] ?? config.auths?.[`https://${host}`]
  if (entry?.identitytoken) return { identitytoken: entry.identitytoken }
  if (!entry?.auth) return undefined
  const [username = '', ...password] = Buffer.from(entry.auth, 'base64').toString().split(':')
  return { username, password: password.join(':') }
}

async function fromHelper(helper: string, registry: string, logger: Logger): Promise<Found | undefined> {
  try {
    const child = spawn(`docker-credential-${helper}`, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], timeout: 10_000 })
    const failed = new Promise<never>((_, reject) => child.on('error', reject))
    failed.catch(() => undefined)
    child.stdin.on('error', (error) =>
      logger.debug({ helper, error: String(error) }, 'a credential helper closed early'),
    )
    child.stdin.end(registry)
    const answer = await Promise.race([text(child.stdout), failed])
    const { Username, Secret } = JSON.parse(answer) as { Username?: string; Secret?: string }
    if (!Secret) return undefined
    return Username === '<token>' ? { identitytoken: Secret } : { username: Username ?? '', password: Secret }
  } catch (error) {
    logger.debug({ helper, registry, error: String(error) }, 'a docker credential helper has nothing for this registry')
    return undefined
  }
}
