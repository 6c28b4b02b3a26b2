import { expect, test } from 'vitest'
import type { Ingress, IngressClass, IngressSpec } from '../../../../shared/api/types/networking-v1.ts'
import { findRoute, ingressRoutes, tlsSecretFor } from './routes.ts'

const classes: IngressClass[] = [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'slipway' },
    spec: { controller: 'slipway.io/ingress' },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'other' },
    spec: { controller: 'example.com/other' },
  },
]
const to = (name: string) => ({ service: { name, port: { number: 80 } } })
const path = (pathType: string, at: string, service: string) => ({ pathType, path: at, backend: to(service) })

function ingress(name: string, spec: Partial<IngressSpec>, creationTimestamp = '2026-01-01T00:00:00Z'): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default', creationTimestamp },
    spec: { ingressClassName: 'slipway', ...spec },
  }
}

const shop = ingress('shop', {
  tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }],
  rules: [
    {
      host: 'shop.example.com',
      http: {
        paths: [
          path('Prefix', '/', 'web'),
          path('Prefix', '/api', 'api'),
          path('Exact', '/api', 'exact'),
          path('ImplementationSpecific', '/static/', 'files'),
        ],
      },
    },
    { host: '*.example.com', http: { paths: [path('Prefix', '/', 'wild')] } },
  ],
})
const rest = ingress('rest', { defaultBackend: to('rest') })
const foreign = ingress('foreign', { ingressClassName: 'other', defaultBackend: to('foreign') })
const routes = ingressRoutes([rest, foreign, shop], classes)

test.each([
  ['shop.example.com', '/', 'web'],
  ['SHOP.example.com:8080', '/cart?x=/api', 'web'],
  ['shop.example.com', '/api', 'exact'],
  ['shop.example.com', '/api/', 'api'],
  ['shop.example.com', '/api/v1', 'api'],
  ['shop.example.com', '/apiary', 'web'],
  ['shop.example.com', '/static/a.css', 'files'],
  ['shop.example.com', '/static', 'files'],
  ['blog.example.com', '/', 'wild'],
  ['a.blog.example.com', '/', 'rest'],
  ['example.com', '/', 'rest'],
  ['127.0.0.1', '/api', 'rest'],
  ['shop.example.com.', '/', 'web'],
])('a request to %s%s goes to %s', (host, url, service) => {
  expect(findRoute(routes, host, url)?.backend.service?.name).toBe(service)
})

test('without a default backend nobody answers for other hosts; the certificate is the host’s', () => {
  expect(findRoute(ingressRoutes([shop], classes), 'elsewhere.org', '/')).toBeUndefined()
  expect(tlsSecretFor(routes, 'shop.example.com')).toBe('default/shop-tls')
  expect(tlsSecretFor(routes, 'blog.example.com')).toBeUndefined()
})

const only = (...paths: ReturnType<typeof path>[]) => ({ http: { paths } })
const find = (ingresses: Ingress[], host: string, url: string) =>
  findRoute(ingressRoutes(ingresses, classes), host, url)?.backend.service?.name

test('a host that rules name is theirs alone: no wildcard takes the paths that they leave out', () => {
  const exact = ingress('exact', { rules: [{ host: 'a.example.com', ...only(path('Prefix', '/api', 'api')) }] })
  const wild = ingress('wild', { rules: [{ host: '*.example.com', ...only(path('Prefix', '/', 'wild')) }] })
  const every = ingress('every', { rules: [only(path('Prefix', '/public', 'public'))] })
  expect(find([wild, exact], 'a.example.com', '/api/1')).toBe('api')
  expect(find([wild, exact], 'a.example.com', '/')).toBeUndefined()
  expect(find([wild, exact, every], 'a.example.com', '/public')).toBe('public')
  expect(find([wild, exact], 'b.example.com', '/')).toBe('wild')
})

test('what no path takes goes to the default backend, first of an Ingress of this host', () => {
  const own = ingress('own', {
    defaultBackend: to('own'),
    rules: [{ host: 'a.example.com', ...only(path('Prefix', '/api', 'api')) }],
  })
  const older = ingress('older', { defaultBackend: to('older') }, '2025-01-01T00:00:00Z')
  const every = ingress('every', { rules: [only(path('Prefix', '/', 'every'))] })
  expect(find([own, older], 'a.example.com', '/')).toBe('own')
  expect(find([own, older], 'elsewhere.org', '/')).toBe('older')
  expect(find([own, older, every], 'elsewhere.org', '/')).toBe('every')
})

test('several Ingresses share a host; the same path belongs to the older one', () => {
  const rule = (...paths: ReturnType<typeof path>[]) => ({ rules: [{ host: 'a.example.com', ...only(...paths) }] })
  const younger = ingress('a', rule(path('Prefix', '/', 'younger'), path('Prefix', '/cart', 'cart')))
  const older = ingress('b', rule(path('Prefix', '/', 'older')), '2025-01-01T00:00:00Z')
  expect(find([younger, older], 'a.example.com', '/')).toBe('older')
  expect(find([younger, older], 'a.example.com', '/cart')).toBe('cart')
})

test('the certificate that names a host wins over a wildcard, whichever Ingress is older', () => {
  const tls = (host: string, secretName: string) => ({ tls: [{ hosts: [host], secretName }] })
  const wild = ingress('wild', { ...tls('*.example.com', 'wild'), defaultBackend: to('w') }, '2025-01-01T00:00:00Z')
  const own = ingress('own', { ...tls('a.example.com', 'own'), defaultBackend: to('o') })
  const every = ingress('every', { tls: [{ secretName: 'every' }], defaultBackend: to('e') }, '2024-01-01T00:00:00Z')
  const table = ingressRoutes([every, wild, own], classes)
  expect(['A.example.com', 'b.example.com', 'a.b.example.com'].map((host) => tlsSecretFor(table, host))).toEqual([
    'default/own',
    'default/wild',
    'default/every',
  ])
})
