import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import type { ServiceSpec } from '../../../../shared/api/types/core-v1.ts'
import { DisposableStore } from '../../../../shared/lang/disposable.ts'
import { laptopBench, listening } from '../../../../test/support/laptop-bench.ts'
import { endpoints, service } from '../../../../test/support/service-objects.ts'
import { ServiceListeners } from '../listeners/service-listeners.ts'
import { startHttpFront } from './http-front.ts'
import { KeptConnections } from './kept-connections.ts'

const store = new DisposableStore()
afterEach(() => store.dispose())

/** Asks the Service `alias` whose ExternalName is this; `web` is a Service with a pod, 203.0.113.5 a host elsewhere. */
async function askAlias(externalName: string, spec: Partial<ServiceSpec> = { ports: [] }): Promise<string> {
  const { deps, services, endpointSlices, pods, hosts } = laptopBench()
  const server = (name: string) =>
    createServer(({ url, headers }, answer) => answer.end(`${name} ${headers.host}${url}`))
  pods
    .set('10.77.1.1', await listening(server('pod'), store))
    .set('203.0.113.5', await listening(server('host'), store))
  hosts.set('docs.example.com', ['203.0.113.9', '203.0.113.5'])
  hosts.set('away.example.com', ['203.0.113.9'])
  for (const [name, address] of Object.entries(HERE)) hosts.set(name, [address])
  const external = (name: string, to: string, more: Partial<ServiceSpec> = { ports: [] }) =>
    services.set(service(name, '', { type: 'ExternalName', externalName: to, ...more }))
  services.set(service('web', '10.77.128.20', { ports: [{ port: 8088 }] as never }))
  endpointSlices.set(endpoints('web', ['10.77.1.1']))
  external('alias', externalName, spec)
  external('circle', 'circle.default.svc.cluster.local')
  const entries = store.add(new ServiceListeners(deps))
  const kept = store.add(new KeptConnections({ ...deps, entries }))
  const { port } = store.add(await startHttpFront(0, { ...deps, cluster: 'dev', entries, kept }))
  const headers = { host: 'alias.default.dev.localhost' }
  const asking = request({ host: '127.0.0.1', port, path: '/a', agent: false, headers }).end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  return `${response.statusCode} ${await text(response)}`
}

const HERE = {
  'loopback.example.com': '127.0.0.1',
  'any.example.com': '0.0.0.0',
  'six.example.com': '::1',
  'mapped.example.com': '::ffff:127.0.0.1',
  'metadata.example.com': '169.254.169.254',
  'laptop.example.com': '192.168.0.7',
}

test('an ExternalName is reached by the first of its addresses that answers', async () =>
  expect(await askAlias('docs.example.com')).toBe('200 host alias.default.dev.localhost/a'))

test.each(['web.default.svc.cluster.local', 'web.default.svc'])('%s is the Service of that name', async (name) => {
  expect(await askAlias(name)).toBe('200 pod alias.default.dev.localhost/a')
  expect(await askAlias(name, { ports: [{ port: 8088 }] as never })).toBe('200 pod alias.default.dev.localhost/a')
})

test('a port that the named Service does not have, and Services that name one another, are not served', async () => {
  const none = '404 Service alias in namespace default has no port to serve\n'
  expect(await askAlias('web.default.svc', { ports: [{ port: 81 }] as never })).toBe(none)
  expect(await askAlias('circle.default.svc')).toBe(none)
})

test('it says why a name is not reached', async () => {
  const why = '503 Service alias in namespace default:'
  expect(await askAlias('nowhere.example.com')).toBe(`${why} nowhere.example.com cannot be resolved (ENOTFOUND)\n`)
  expect(await askAlias('away.example.com')).toBe(`${why} connect ECONNREFUSED\n`)
})

test.each(Object.entries(HERE))('%s leads to this machine and is refused', async (host, address) =>
  expect(await askAlias(host)).toBe(
    `503 Service alias in namespace default: ${host} leads to this machine itself (${address})\n`,
  ),
)
