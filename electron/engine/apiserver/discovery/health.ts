const START = ['ping', 'log', 'loopback-serving-certificate', 'etcd'] as const

/** The checks of a kube-apiserver, by the names that tools look for. All of them hold once this process serves. */
const HOOKS = [
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/priority-and-fairness-filter',
  'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/peer-endpoint-reconciler-controller',
  'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/start-kube-apiserver-identity-lease-garbage-collector',
  'poststarthook/storage-readiness',
  'poststarthook/start-legacy-token-tracking-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-kubernetes-service-cidr-controller',
  'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-wait-for-first-sync',
  'poststarthook/apiservice-discovery-controller',
  'poststarthook/kube-apiserver-autoregistration',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
] as const

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: [...START, ...HOOKS],
  livez: [...START, ...HOOKS],
  readyz: ['ping', 'log', 'informer-sync', ...HOOKS, 'shutdown'],
}

export interface HealthAnswer {
  readonly code: number
  readonly body: string
}

/** /healthz, /livez and /readyz with ?verbose and ?exclude, and each check on its own below them. */
export function healthAnswer(path: string, query: URLSearchParams): HealthAnswer {
  const [, name = '', ...rest] = path.split('/')
  const checks = CHECKS[name] as readonly string[]
  if (rest.length > 0) {
    return checks.includes(rest.join('/')) ? { code: 200, body: 'ok' } : { code: 404, body: '404 page not found\n' }
  }
  if (!query.has('verbose')) return { code: 200, body: 'ok' }
  const excluded = new Set(query.getAll('exclude'))
  const lines = checks.map((check) => `[+]${check}${excluded.delete(check) ? ' excluded: ok' : ' ok'}\n`)
  const unmatched = [...excluded].map((check) => JSON.stringify(check)).join(', ')
  const warning = unmatched === '' ? '' : `warn: some health checks cannot be excluded: no matches for ${unmatched}\n`
  return { code: 200, body: `${lines.join('')}${warning}${name} check passed\n` }
}
