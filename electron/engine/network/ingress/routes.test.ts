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

function ingress(name: string, spec: Partial<IngressSpec>): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default' },
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
])('a request to %s%s goes to %s', (host, url, service) => {
  expect(findRoute(routes, host, url)?.backend.service?.name).toBe(service)
})

test('without a default backend nobody answers for other hosts; the certificate is the host’s', () => {
  expect(findRoute(ingressRoutes([shop], classes), 'elsewhere.org', '/')).toBeUndefined()
  expect(tlsSecretFor(routes, 'shop.example.com')).toBe('default/shop-tls')
  expect(tlsSecretFor(routes, 'blog.example.com')).toBeUndefined()
})
