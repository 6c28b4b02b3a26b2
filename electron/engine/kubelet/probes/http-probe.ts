import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import type { HTTPGetAction } from '../../../../shared/api/types/core-v1.ts'
import {
  dialErrorText,
  type ProbeDeps,
  type ProbeResult,
  type ProbeTarget,
  ProbeTimeout,
  portOf,
  probeUrl,
  urlText,
  withTimeout,
} from './probe-target.ts'

const MAX_REDIRECTS = 10
const MAX_BODY = 10 * 1024

export interface HttpAnswer {
  readonly status: number
  readonly body: string
  readonly location: string | undefined
}

/** 200 to 399 is success; redirects are followed on the same host, elsewhere they count as success with a warning. */
export async function httpProbe(
  deps: ProbeDeps,
  action: HTTPGetAction,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  const url = probeUrl(action, target)
  if (!url) return { kind: 'error', output: `invalid port number: ${action.port}` }
  try {
    return await withTimeout(deps.clock, timeoutMs, (signal) => followed(deps, action, url, signal))
  } catch (error) {
    return { kind: 'failure', output: requestErrorText(error, url) }
  }
}

async function followed(deps: ProbeDeps, action: HTTPGetAction, first: URL, signal: AbortSignal): Promise<ProbeResult> {
  let url = first
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const answer = await httpGet(deps, action, url, signal)
    if (answer.status < 200 || answer.status >= 400) {
      return { kind: 'failure', output: `HTTP probe failed with statuscode: ${answer.status}` }
    }
    if (answer.status < 300 || !answer.location) return { kind: 'success' }
    const next = new URL(answer.location, url)
    if (next.hostname !== first.hostname) {
      return { kind: 'warning', output: `Probe terminated redirects, Response body: ${answer.body}` }
    }
    url = next
  }
  return { kind: 'failure', output: `Get "${urlText(first)}": stopped after ${MAX_REDIRECTS} redirects` }
}

/** One GET over a connection of the cluster network. Server certificates are not checked, as the kubelet does. */
export async function httpGet(
  deps: Pick<ProbeDeps, 'dial'>,
  action: HTTPGetAction,
  url: URL,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const raw = await deps.dial(url.hostname, portOf(url), signal)
  const connection: Duplex = url.protocol === 'https:' ? tlsConnect({ socket: raw, rejectUnauthorized: false }) : raw
  const headers = new Map<string, [string, string]>([
    ['user-agent', ['User-Agent', 'kube-probe/1.36']],
    ['accept', ['Accept', '*/*']],
  ])
  for (const { name, value } of action.httpHeaders ?? []) headers.set(name.toLowerCase(), [name, value])
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const outgoing = httpRequest({
        createConnection: () => connection,
        host: url.hostname,
        port: portOf(url),
        path: url.pathname + url.search,
        headers: {
          ...Object.fromEntries([...headers.values()].filter(([, value]) => value !== '')),
          Connection: 'close',
        },
        signal,
      })
      outgoing.on('response', (response) => readAnswer(response).then(resolve, reject))
      outgoing.on('error', reject)
      outgoing.end()
    })
  } finally {
    connection.destroy()
    raw.destroy()
  }
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size >= MAX_BODY) break
  }
  const body = Buffer.concat(chunks).subarray(0, MAX_BODY).toString()
  return { status: response.statusCode ?? 0, body, location: response.headers.location }
}

function requestErrorText(error: unknown, url: URL): string {
  const get = `Get "${urlText(url)}"`
  if (error instanceof ProbeTimeout) {
    return `${get}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`
  }
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ECONNRESET') return `${get}: EOF`
  return `${get}: ${dialErrorText(error, url.hostname, portOf(url))}`
}
