import type { Container, HTTPGetAction } from '../../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { DialCluster } from '../../network/cluster-network.ts'
import type { PodRuntime } from '../pod-runtime.ts'

/** What a probe or hook found. An `error` means that it could not be asked; it counts as neither. */
export type ProbeResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'warning'; readonly output: string }
  | { readonly kind: 'failure'; readonly output: string }
  | { readonly kind: 'error'; readonly output: string }

/** Where a probe goes. */
export interface ProbeTarget {
  readonly container: Container
  readonly containerId: string
  readonly podIP: string
}

export interface ProbeDeps {
  readonly runtime: Pick<PodRuntime, 'exec'>
  readonly dial: DialCluster
  readonly clock: Clock
}

/** A port given by number or by the name of one of the container's ports; undefined when there is no such port. */
export function resolvePort(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port
  const named = container.ports?.find(({ name }) => name === port)?.containerPort
  const parsed = named ?? Number(port)
  return Number.isInteger(parsed) && parsed > 0 && parsed < 65536 ? parsed : undefined
}

export function probeUrl(action: HTTPGetAction, target: ProbeTarget): URL | undefined {
  const port = resolvePort(action.port, target.container)
  if (port === undefined) return undefined
  const scheme = (action.scheme ?? 'HTTP').toLowerCase()
  const path = action.path || '/'
  return new URL(`${scheme}://${action.host || target.podIP}:${port}${path.startsWith('/') ? path : `/${path}`}`)
}

/** A URL with its port, even where it is the scheme's own, as kubelet messages show it. */
export function urlText(url: URL): string {
  return `${url.protocol}//${url.hostname}:${portOf(url)}${url.pathname}${url.search}`
}

export function portOf(url: URL): number {
  return url.port ? Number(url.port) : url.protocol === 'https:' ? 443 : 80
}

/** A failed connection in the words of Go's net package. */
export function dialErrorText(error: unknown, address: string, port: number): string {
  const where = `dial tcp ${address}:${port}`
  const { code, message } = error as NodeJS.ErrnoException
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'connect: connection refused',
    ETIMEDOUT: 'i/o timeout',
    ABORT_ERR: 'i/o timeout',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
  }
  return `${where}: ${reasons[code ?? ''] ?? message}`
}

/** Runs `attempt` with a signal that aborts after `ms` of engine time. */
export async function withTimeout<T>(
  clock: Clock,
  ms: number,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const timer = clock.after(ms, () => controller.abort(new ProbeTimeout()))
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  try {
    return await Promise.race([attempt(controller.signal), aborted])
  } finally {
    timer.dispose()
  }
}

export class ProbeTimeout extends Error {
  readonly code = 'ETIMEDOUT'
  constructor() {
    super('i/o timeout')
    this.name = 'ProbeTimeout'
  }
}
