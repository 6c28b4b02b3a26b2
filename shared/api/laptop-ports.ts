import type { Service } from './types/core-v1.ts'

/** Annotation of a Service: the ports of this machine that were offered instead of taken ones, "tcp/80=41234,...". */
export const LAPTOP_PORTS = 'slipway.io/laptop-ports'

/** By "tcp/80"; what is no port is left out. */
export function laptopPorts({ metadata }: Service): ReadonlyMap<string, number> {
  const ports = new Map<string, number>()
  for (const item of (metadata.annotations?.[LAPTOP_PORTS] ?? '').split(',')) {
    const [, from, to] = /^((?:tcp|udp)\/\d+)=(\d{1,5})$/.exec(item) ?? []
    const port = Number(to)
    if (from && port > 0 && port < 65536) ports.set(from, port)
  }
  return ports
}
