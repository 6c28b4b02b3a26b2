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
  /** A default backend: it answers what no path of any rule takes. */
  readonly isDefault: boolean
  readonly backend: IngressBackend
}

/** Whether the Ingress is of a class that is served here. */
export function isServed({ metadata, spec }: Ingress, classes: readonly IngressClass[]): boolean {
  const name = spec?.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION]
  const controller = classes.find((each) => each.metadata.name === name)?.spec?.controller
  return metadata.deletionTimestamp === undefined && controller === INGRESS_CONTROLLER
}

/**
 * All rules in the order in which they are tried: exact hosts, wildcards, any host; then default backends. Of one host
 * exact paths, then the longest; the same path of two Ingresses belongs to the older one.
 */
export function ingressRoutes(ingresses: readonly Ingress[], classes: readonly IngressClass[]): Route[] {
  const served = ingresses.filter((ingress) => isServed(ingress, classes)).sort(byAge)
  return served
    .flatMap(routesOf)
    .sort(
      (a, b) =>
        Number(a.isDefault) - Number(b.isDefault) ||
        hostRank(a.host) - hostRank(b.host) ||
        Number(b.isExact) - Number(a.isExact) ||
        b.path.length - a.path.length,
    )
}

function byAge({ metadata: a }: Ingress, { metadata: b }: Ingress): number {
  const key = ({ creationTimestamp = '', namespace = '', name = '' }: Ingress['metadata']) =>
    `${creationTimestamp} ${namespace}/${name}`
  return key(a) < key(b) ? -1 : 1
}

function routesOf(ingress: Ingress): Route[] {
  const { rules = [], defaultBackend } = ingress.spec ?? {}
  const routes = rules.flatMap(({ host = '', http }) => {
    const paths = (http?.paths ?? []).map((path) => routeOf(ingress, host, path))
    // A rule with a host alone sends all of that host to the default backend.
    return paths.length > 0 || !defaultBackend
      ? paths
      : [routeOf(ingress, host, { path: '/', pathType: 'Prefix', backend: defaultBackend })]
  })
  if (!defaultBackend) return routes
  return [...routes, { ingress, host: '', path: '/', isExact: false, isDefault: true, backend: defaultBackend }]
}

function routeOf(ingress: Ingress, host: string, { path = '/', pathType, backend }: HTTPIngressPath): Route {
  return { ingress, host: host.toLowerCase(), path, isExact: pathType === 'Exact', isDefault: false, backend }
}

function hostRank(host: string): number {
  if (host === '') return 2
  return host.startsWith('*.') ? 1 : 0
}

/**
 * The route of a request; `host` may carry a port. A host that rules name is theirs: what none of their paths takes
 * goes to rules of every host and then to a default backend (first of an Ingress with a rule for this host), never
 * to a wildcard that covers the host too.
 */
export function findRoute(routes: readonly Route[], host: string, url: string): Route | undefined {
  const name = host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase()
  const path = url.split('?', 1)[0] as string
  const named = routes.find((route) => route.host !== '' && matchesHost(route.host, name))?.host
  const taken = routes.find(
    (route) => !route.isDefault && (route.host === named || route.host === '') && matchesPath(route, path),
  )
  if (taken !== undefined) return taken
  const defaults = routes.filter(({ isDefault }) => isDefault)
  const owners = new Set(routes.filter((route) => route.host === named).map(({ ingress }) => ingress))
  return defaults.find(({ ingress }) => owners.has(ingress)) ?? defaults[0]
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

/**
 * The names of the TLS Secret for a host: "namespace/name"; undefined: the cluster's own certificate. The one that
 * names the host wins over a wildcard, and that over one for whatever host.
 */
export function tlsSecretFor(routes: readonly Route[], host: string): string | undefined {
  const name = host.toLowerCase()
  const candidates = [...new Set(routes.map(({ ingress }) => ingress))]
    .sort(byAge)
    .flatMap(({ metadata, spec }) =>
      (spec?.tls ?? []).flatMap(({ hosts = [], secretName }) =>
        (hosts.length === 0 ? [''] : hosts)
          .filter((pattern) => secretName && matchesHost(pattern.toLowerCase(), name))
          .map((pattern) => ({ rank: hostRank(pattern), secret: `${metadata.namespace}/${secretName}` })),
      ),
    )
  return candidates.sort((a, b) => a.rank - b.rank)[0]?.secret
}
