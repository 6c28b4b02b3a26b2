import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
} from '../../../../shared/api/types/networking-v1.ts'

/** The controller of the IngressClass `slipway`. */
export const INGRESS_CONTROLLER = 'slipway.io/ingress'
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** Which requests go to which Service. */
export interface Route {
  readonly ingress: Ingress
  /** "" stands for every host; "*.example.com" for one label before the rest. */
  readonly host: string
  readonly path: string
  readonly isExact: boolean
  readonly backend: IngressBackend
}

/** Whether the Ingress is of a class that is served here. */
export function isServed({ metadata, spec }: Ingress, classes: readonly IngressClass[]): boolean {
  const name = spec?.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION]
  const controller = classes.find((each) => each.metadata.name === name)?.spec?.controller
  return metadata.deletionTimestamp === undefined && controller === INGRESS_CONTROLLER
}

/** All rules in the order in which they are tried: exact hosts, wildcards, any host; exact paths, then the longest. */
export function ingressRoutes(ingresses: readonly Ingress[], classes: readonly IngressClass[]): Route[] {
  const routes = ingresses.filter((ingress) => isServed(ingress, classes)).flatMap(routesOf)
  return routes.sort(
    (a, b) =>
      hostRank(a.host) - hostRank(b.host) ||
      b.host.length - a.host.length ||
      Number(b.isExact) - Number(a.isExact) ||
      b.path.length - a.path.length,
  )
}

function routesOf(ingress: Ingress): Route[] {
  const { rules = [], defaultBackend } = ingress.spec ?? {}
  const routes = rules.flatMap(({ host = '', http }) => {
    const paths = (http?.paths ?? []).map((path) => routeOf(ingress, host, path))
    return paths.length > 0 || !defaultBackend ? paths : [fallback(ingress, host, defaultBackend)]
  })
  return defaultBackend ? [...routes, fallback(ingress, '', defaultBackend)] : routes
}

function routeOf(ingress: Ingress, host: string, { path = '/', pathType, backend }: HTTPIngressPath): Route {
  return { ingress, host: host.toLowerCase(), path, isExact: pathType === 'Exact', backend }
}

function fallback(ingress: Ingress, host: string, backend: IngressBackend): Route {
  return { ingress, host, path: '/', isExact: false, backend }
}

function hostRank(host: string): number {
  if (host === '') return 2
  return host.startsWith('*.') ? 1 : 0
}

/** The first route for a request; `host` may carry a port. */
export function findRoute(routes: readonly Route[], host: string, url: string): Route | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  const path = url.split('?', 1)[0] as string
  return routes.find((route) => matchesHost(route.host, name) && matchesPath(route, path))
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '' || pattern === host) return true
  return pattern.startsWith('*.') && host.slice(host.indexOf('.') + 1) === pattern.slice(2) && !host.startsWith('.')
}

/** Prefix: element by element, so that /app covers /app and /app/x but not /apple. */
function matchesPath({ path, isExact }: Route, requested: string): boolean {
  if (isExact) return requested === path
  const prefix = path.endsWith('/') ? path.slice(0, -1) : path
  return requested === prefix || requested.startsWith(`${prefix}/`)
}

/** The names of the TLS Secret for a host: "namespace/name"; undefined: the cluster's own certificate. */
export function tlsSecretFor(routes: readonly Route[], host: string): string | undefined {
  for (const { ingress } of routes) {
    for (const { hosts = [], secretName } of ingress.spec?.tls ?? []) {
      const covers = hosts.length === 0 || hosts.some((pattern) => matchesHost(pattern, host))
      if (secretName && covers) return `${ingress.metadata.namespace}/${secretName}`
    }
  }
  return undefined
}
