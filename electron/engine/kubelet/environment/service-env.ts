import type { Service } from '../../../../shared/api/types/core-v1.ts'

/** The variables of Kubernetes' service links: NAME_SERVICE_HOST, NAME_SERVICE_PORT and the Docker-style ones. */
export function serviceEnvironment(services: readonly Service[]): Map<string, string> {
  const env = new Map<string, string>()
  for (const service of services) {
    const { clusterIP, ports = [] } = service.spec ?? {}
    const first = ports[0]
    if (!clusterIP || clusterIP === 'None' || !first) continue
    const name = variableName(service.metadata.name ?? '')
    env.set(`${name}_SERVICE_HOST`, clusterIP)
    env.set(`${name}_SERVICE_PORT`, String(first.port))
    for (const port of ports)
      if (port.name) env.set(`${name}_SERVICE_PORT_${variableName(port.name)}`, String(port.port))
    for (const [index, port] of ports.entries()) {
      const protocol = port.protocol ?? 'TCP'
      const url = `${protocol.toLowerCase()}://${clusterIP}:${port.port}`
      const prefix = `${name}_PORT_${port.port}_${protocol.toUpperCase()}`
      if (index === 0) env.set(`${name}_PORT`, url)
      env.set(prefix, url)
      env.set(`${prefix}_PROTO`, protocol.toLowerCase())
      env.set(`${prefix}_PORT`, String(port.port))
      env.set(`${prefix}_ADDR`, clusterIP)
    }
  }
  return env
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}

/** The Services a pod of `namespace` sees: its own namespace's, or only the API server's without service links. */
export function visibleServices(
  servicesOf: (namespace: string) => readonly Service[],
  namespace: string,
  enableServiceLinks: boolean,
): Service[] {
  const master = servicesOf('default').filter(({ metadata }) => metadata.name === 'kubernetes')
  const linked = enableServiceLinks ? servicesOf(namespace) : []
  return [...master, ...linked.filter(({ metadata }) => namespace !== 'default' || metadata.name !== 'kubernetes')]
}
