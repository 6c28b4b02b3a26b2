import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Service } from '../../shared/api/types/core-v1.ts'
import { type EngineUnderTest, eventually } from './engine-under-test.ts'

/** What one `load-client.mjs` reports: requests by how they ended and, of the good ones, by the version that answered. */
export interface LoadResult {
  sent: number
  ok: number
  failures: Record<string, number>
  versions: Record<string, number>
}

export interface Load {
  readonly url: string
  /** Requests a second. */
  readonly rate: number
  readonly seconds: number
  readonly mode: 'keep-alive' | 'close'
  /** The Host header, when it is not the URL's. */
  readonly host?: string
}

/** Sends the load from this machine, in a process of its own. */
export async function loadFromLaptop({ url, rate, seconds, mode, host }: Load): Promise<LoadResult> {
  const client = join(import.meta.dirname, 'load-client.mjs')
  const args = [client, url, `${rate}`, `${seconds}`, mode, ...(host ? [host] : [])]
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout)
}

/** Where this machine reaches the Service "web", once its LoadBalancer has an address. */
export async function loadBalancerUrl(engine: EngineUnderTest): Promise<string> {
  const { status, spec } = await eventually('the LoadBalancer has an address', 30_000, async () => {
    const found = await engine.json<Service>(['get', 'service', 'web'])
    return found.status?.loadBalancer?.ingress?.[0]?.ip !== undefined && found
  })
  const ingress = status?.loadBalancer?.ingress?.[0]
  return `http://${ingress?.ip}:${ingress?.ports?.[0]?.port ?? spec?.ports?.[0]?.port}/`
}
