import type { Pod } from './types/core-v1.ts'

/** A port of the node that a pod takes for itself. */
export interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

/** Those of the containers that run together. */
export function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always')
  return [...(pod.spec?.containers ?? []), ...sidecars].flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => (port.hostPort ?? 0) > 0)
      .map((port) => ({
        ip: port.hostIP || '0.0.0.0',
        protocol: port.protocol || 'TCP',
        port: port.hostPort as number,
      })),
  )
}

/** The same port on overlapping addresses: 0.0.0.0 overlaps all. */
export function conflict(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false
  return one.ip === other.ip || one.ip === '0.0.0.0' || other.ip === '0.0.0.0'
}
