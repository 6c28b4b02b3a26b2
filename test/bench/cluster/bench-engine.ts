import { existsSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { parse } from 'yaml'
import { EngineUnderTest } from '../../support/engine-under-test.ts'
import type { ServerAddress } from '../api/server.ts'

const BUNDLED = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli', 'slipway.js')

/** What users run: the bundled command line where it was built, else the checkout's. */
export const isBundled = existsSync(BUNDLED)

export function benchEngine(): EngineUnderTest {
  return new EngineUnderTest(isBundled ? { commandLine: BUNDLED } : {})
}

/** Runs the command line; throws when it fails. */
export async function slipway(engine: EngineUnderTest, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await engine.slipway(...args)
  if (code !== 0) throw new Error(`slipway ${args.join(' ')} failed: ${stderr}`)
  return stdout
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Record<'server' | 'certificate-authority-data', string> }[]
  readonly users: readonly { readonly user: Record<'client-certificate-data' | 'client-key-data', string> }[]
}

/** The address and keys in a cluster's kubeconfig. */
export async function serverOf(engine: EngineUnderTest, cluster: string): Promise<ServerAddress> {
  const { clusters, users } = parse(await slipway(engine, 'kubeconfig', cluster)) as Kubeconfig
  const [server, user] = [clusters[0]?.cluster, users[0]?.user]
  if (server === undefined || user === undefined) throw new Error('the kubeconfig names no cluster')
  const pem = (text: string) => Buffer.from(text, 'base64').toString()
  return {
    port: Number(new URL(server.server).port),
    ca: pem(server['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  }
}

/** Resolves when /readyz answers ok. */
export async function isReady(port: number, signal: AbortSignal): Promise<void> {
  const asked = () =>
    new Promise<boolean>((resolve) => {
      const options = { host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false, agent: false }
      request(options, (response) => resolve(response.resume().statusCode === 200))
        .on('error', () => resolve(false))
        .end()
    })
  while (!signal.aborted && !(await asked())) await new Promise((resolve) => setTimeout(resolve, 5))
}
