import { LAPTOP_PORTS, laptopPorts } from '../../../../shared/api/laptop-ports.ts'
import type { LoadBalancerIngress, PortStatus, Service } from '../../../../shared/api/types/core-v1.ts'
import type { Condition } from '../../../../shared/api/types/meta-v1.ts'
import { LOOPBACK } from './loopback-listener.ts'
import type { PlannedListener } from './plan-listeners.ts'

/** A planned listener with the port that it got; undefined: none, since this machine cannot carry its protocol. */
export interface Opened {
  readonly planned: PlannedListener
  readonly port: number | undefined
}

/** The port that was offered in place of this one before. */
export function offeredPort(service: Service, { protocol, port }: PlannedListener): number | undefined {
  return laptopPorts(service).get(`${protocol}/${port}`)
}

/**
 * The annotation that keeps ports that were offered instead of taken ones over a restart; null where there is none. It
 * is what an update leaves alone, so the same links stay valid.
 */
export function offeredAnnotation(
  service: Service,
  opened: readonly Opened[],
): Record<string, string | null> | undefined {
  const moved = opened.filter(({ planned, port }) => port !== undefined && port !== planned.port)
  const wanted = new Map(moved.map(({ planned, port }) => [`${planned.protocol}/${planned.port}`, port]))
  const told = [...wanted].map(([from, to]) => `${from}=${to}`).join(',')
  if ((service.metadata.annotations?.[LAPTOP_PORTS] ?? '') === told) return undefined
  return { [LAPTOP_PORTS]: told || null }
}

/** The condition by which load balancers tell that some port could not be had. */
const PORTS_ERROR = 'LoadBalancerPortsError'

/** The Service's conditions with what became of its LoadBalancer's ports, which is told only while one is refused. */
export function portConditions(service: Service, opened: readonly Opened[], now: string): readonly Condition[] {
  const conditions = service.status?.conditions ?? []
  const others = conditions.filter(({ type }) => type !== PORTS_ERROR)
  const refused = opened.filter(({ planned, port }) => planned.loadBalancer && port !== planned.port)
  if (refused.length === 0) return others
  const told = refused.map(({ planned, port }) => {
    const wanted = `${planned.protocol.toUpperCase()} port ${planned.port}`
    return port === undefined ? `${wanted} is not reachable` : `${wanted} is taken, ${port} answers instead`
  })
  const reason = refused.every(({ port }) => port === undefined) ? 'NotReachable' : 'PortTaken'
  const condition = { type: PORTS_ERROR, status: 'True', reason, message: told.join('; ') }
  const before = conditions.find(({ type }) => type === PORTS_ERROR)
  const isTold = before?.reason === reason && before.message === condition.message
  return [...others, isTold ? before : { ...condition, lastTransitionTime: before?.lastTransitionTime ?? now }]
}

/** Where the LoadBalancer answers: no address when none of its ports is served, ports only when they differ. */
export function loadBalancerIngress(opened: readonly Opened[]): LoadBalancerIngress[] {
  const balanced = opened.filter(({ planned }) => planned.loadBalancer)
  if (balanced.every(({ port }) => port === undefined)) return []
  const ports = balanced.map(({ planned, port }): PortStatus => {
    const protocol = planned.protocol.toUpperCase()
    if (port === undefined) return { port: planned.port, protocol, error: 'slipway.io/NotReachable' }
    return { port, protocol, ...(port === planned.port ? {} : { error: 'PortTaken' }) }
  })
  const differ = ports.some(({ error }) => error !== undefined)
  return [{ ip: LOOPBACK, ipMode: 'Proxy', ...(differ ? { ports } : {}) }]
}
