import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Secret } from '../../../../shared/api/types/core-v1.ts'
import type { Ingress, IngressClass, IngressSpec } from '../../../../shared/api/types/networking-v1.ts'
import { DisposableStore, toDisposable } from '../../../../shared/lang/disposable.ts'
import { HandMadeObjects } from '../../../../test/support/hand-made-objects.ts'
import { laptopBench, listening } from '../../../../test/support/laptop-bench.ts'
import { endpoints, service } from '../../../../test/support/service-objects.ts'
import { leafCertificate, testTls } from '../../../../test/support/test-tls.ts'
import { startHttpFront } from '../http/http-front.ts'
import { KeptConnections } from '../http/kept-connections.ts'
import { ServiceListeners } from '../listeners/service-listeners.ts'
import { startIngressFront } from './ingress-front.ts'

const store = new DisposableStore()
afterEach(() => store.dispose())

const ingress = (name: string, spec: IngressSpec): Ingress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'default' },
  spec: { ingressClassName: 'slipway', ...spec },
})
const rule = (host: string, name: string, port: object) => ({
  host,
  http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port } } }] },
})

/** One pod that says what it was asked, and echoes over WebSockets, behind a Service and a headless one. */
async function front() {
  const { deps, services, endpointSlices, pods, hosts } = laptopBench()
  const http = createServer(({ url, headers }, response) =>
    response.end(`${url} ${headers.host} ${headers['x-forwarded-proto']}`),
  )
  const sockets = new WebSocketServer({ server: http })
  store.add(toDisposable(() => sockets.close()))
  sockets.on('connection', (socket, { url }) => socket.on('message', (data) => socket.send(`${url} ${data}`)))
  pods.set('10.77.1.1', await listening(http, store))
  pods.set('203.0.113.5', pods.get('10.77.1.1') ?? 0)
  hosts.set('docs.example.com', ['203.0.113.5'])
  services.set(service('docs', '', { type: 'ExternalName', externalName: 'docs.example.com', ports: [] }))
  services.set(service('web', '10.77.128.20'))
  services.set(service('headless', 'None', { ports: [{ name: 'http', port: 80, targetPort: 'http' }] as never }))
  endpointSlices.set(endpoints('web', ['10.77.1.1']))
  endpointSlices.set(endpoints('headless', ['10.77.1.1'], [{ name: 'http', port: 8080, protocol: 'TCP' }]))
  const ingresses = new HandMadeObjects<Ingress>()
  const ingressClasses = new HandMadeObjects<IngressClass>()
  ingressClasses.set({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'slipway' },
    spec: { controller: 'slipway.io/ingress' },
  })
  const secrets = new Map<string, Secret>()
  const certificate = await testTls()
  const entries = store.add(new ServiceListeners(deps))
  const kept = store.add(new KeptConnections({ ...deps, entries }))
  const { ports } = store.add(
    await startIngressFront(
      { http: 0, https: 0 },
      { ...deps, ingresses, ingressClasses, secrets, certificate, entries, kept },
    ),
  )
  const localhost = store.add(await startHttpFront(0, { ...deps, cluster: 'dev', entries, kept }))
  return { ports, ingresses, secrets, localhostPort: localhost.port }
}

async function ask(port: number, host: string, path = '/'): Promise<string> {
  const [response] = (await once(request({ host: '127.0.0.1', port, path, headers: { host } }).end(), 'response')) as [
    IncomingMessage,
  ]
  return `${response.statusCode} ${await text(response)}`
}

async function echo(url: string, host: string): Promise<string> {
  const socket = new WebSocket(url, { headers: { host }, rejectUnauthorized: false })
  await once(socket, 'open')
  socket.send('hello')
  const [data] = await once(socket, 'message')
  socket.close()
  await once(socket, 'close')
  return String(data)
}

test('a headless Service is a backend by the number and by the name of its port', async () => {
  const { ports, ingresses } = await front()
  ingresses.set(
    ingress('headless', {
      rules: [rule('a.example.com', 'headless', { number: 80 }), rule('b.example.com', 'headless', { name: 'http' })],
    }),
  )
  expect(await ask(ports.http, 'a.example.com', '/cart')).toBe('200 /cart a.example.com http')
  expect(await ask(ports.http, `b.example.com:${ports.http}`)).toBe(`200 / b.example.com:${ports.http} http`)
})

test('an ExternalName is a backend by the number of its port, by name only where the Service has that', async () => {
  const { ports, ingresses } = await front()
  ingresses.set(
    ingress('docs', {
      rules: [rule('a.example.com', 'docs', { number: 80 }), rule('b.example.com', 'docs', { name: 'http' })],
    }),
  )
  expect(await ask(ports.http, 'a.example.com', '/cart')).toBe('200 /cart a.example.com http')
  expect(await ask(ports.http, 'b.example.com')).toBe('503 Service docs in namespace default has no such port\n')
})

test('WebSockets pass through Ingress, plain and by TLS, and through *.localhost', async () => {
  const { ports, ingresses, localhostPort } = await front()
  ingresses.set(ingress('web', { rules: [rule('web.example.com', 'web', { number: 80 })] }))
  expect(await echo(`ws://127.0.0.1:${ports.http}/chat`, 'web.example.com')).toBe('/chat hello')
  expect(await echo(`wss://127.0.0.1:${ports.https}/chat`, 'web.example.com')).toBe('/chat hello')
  expect(await echo(`ws://127.0.0.1:${localhostPort}/chat`, 'web.default.dev.localhost')).toBe('/chat hello')
})

test('the certificate is chosen by SNI, the cluster’s own where a Secret is missing or broken', async () => {
  const { ports, ingresses, secrets } = await front()
  const { cert, key } = await leafCertificate('web.example.com')
  const secret = (name: string, data: Record<string, string>): [string, Secret] => [
    `default/${name}`,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, data } as Secret,
  ]
  const base64 = (value: string) => Buffer.from(value).toString('base64')
  secrets.set(...secret('web', { 'tls.crt': base64(cert), 'tls.key': base64(key) }))
  secrets.set(...secret('broken', { 'tls.crt': base64('no certificate'), 'tls.key': base64(key) }))
  ingresses.set(
    ingress('web', {
      tls: ['web', 'broken', 'missing'].map((name) => ({ hosts: [`${name}.example.com`], secretName: name })),
      rules: [rule('web.example.com', 'web', { number: 80 })],
    }),
  )
  const subject = async (servername: string) => {
    const socket = connectTls({ host: '127.0.0.1', port: ports.https, servername, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { CN } = socket.getPeerCertificate().subject
    socket.destroy()
    return CN
  }
  expect(await subject('web.example.com')).toBe('web.example.com')
  expect(await subject('broken.example.com')).toBe('kube-apiserver')
  expect(await subject('missing.example.com')).toBe('kube-apiserver')
  expect(await subject('elsewhere.org')).toBe('kube-apiserver')
})
