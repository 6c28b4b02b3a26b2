import type { Ingress } from '../../../shared/api/types/networking-v1.ts'
import type { LaptopAddress } from '../services/laptop-addresses.ts'

const LOOPBACK = '127.0.0.1'

/** As kubectl's HOSTS. */
export function hostsText({ spec }: Ingress): string {
  const hosts = (spec?.rules ?? []).flatMap(({ host }) => host || [])
  return hosts.length === 0
    ? '*'
    : hosts.slice(0, 3).join(',') + (hosts.length > 3 ? ` + ${hosts.length - 3} more...` : '')
}

/**
 * Where a browser on the laptop gets to an Ingress that is served: names under localhost, which need no entry in a hosts
 * file, and the bare address where a rule has no host. The engine says the ports in the status where they are not 80 and
 * 443, plain first.
 */
export function ingressAddresses({ spec, status }: Ingress): LaptopAddress[] {
  const served = status?.loadBalancer?.ingress?.[0]
  if (served === undefined) return []
  const [http = 80, https = 443] = (served.ports ?? []).map(({ port }) => port)
  const secured = new Set((spec?.tls ?? []).flatMap(({ hosts = [] }) => hosts))
  const urls = new Set<string>()
  const add = (host: string | undefined, path: string) => {
    if (host && !opensHere(host)) return
    const isSecure = host !== undefined && secured.has(host)
    const name = host || served.ip || LOOPBACK
    const port = isSecure ? (https === 443 ? '' : `:${https}`) : http === 80 ? '' : `:${http}`
    urls.add(`${isSecure ? 'https' : 'http'}://${name}${port}${path === '/' ? '' : path}`)
  }
  for (const { host, http: rule } of spec?.rules ?? []) {
    for (const { path = '/' } of rule?.paths ?? []) add(host || undefined, path)
  }
  if (spec?.defaultBackend !== undefined && (spec.rules ?? []).length === 0) add(undefined, '/')
  return [...urls].map((url) => ({ url, text: url.replace(/^http:\/\//, '') }))
}

function opensHere(host: string): boolean {
  return !host.startsWith('*') && (host === 'localhost' || host.endsWith('.localhost'))
}
