import { Resolver } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Service } from '../../shared/api/types/core-v1.ts'
import type { Ingress } from '../../shared/api/types/networking-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { loadBalancerUrl, loadFromLaptop } from '../support/load.ts'
import { leafCertificate } from '../support/test-tls.ts'

const engine = new EngineUnderTest()
const SUPPORT = join(import.meta.dirname, '..', 'support')
/** Of each of three clients: 300 requests a second together. */
const pace = { rate: 100, seconds: Number(process.env.SLIPWAY_TEST_WAYS_SECONDS ?? 60) }

beforeAll(async () => {
  await ensureImages(['node:24-alpine'])
  await engine.serve()
  await engine.up(2)
  const script = readFileSync(join(SUPPORT, 'graceful-server.mjs'), 'utf8').replace(/^/gm, '    ')
  await engine.apply(
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: scripts }\ndata:\n  graceful-server.mjs: |\n${script}\n`,
  )
  await engine.apply(web)
  await engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
})
afterAll(() => engine[Symbol.asyncDispose]())

const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: node:24-alpine
          command: [node, /scripts/graceful-server.mjs]
          env: [{ name: VERSION, value: "1" }]
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: http }, periodSeconds: 1 }
          volumeMounts: [{ name: scripts, mountPath: /scripts }]
      volumes: [{ name: scripts, configMap: { name: scripts } }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: LoadBalancer
  selector: { app: web }
  ports: [{ name: http, port: 8099, targetPort: http }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  tls: [{ hosts: [web.example.com], secretName: web-tls }]
  rules:
    - host: web.example.com
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { name: http } } } }]
`

async function ingressPorts(): Promise<{ http: number; https: number }> {
  const [told] = await eventually('the Ingress has an address', 30_000, async () => {
    const { status } = await engine.json<Ingress>(['get', 'ingress', 'web'])
    return status?.loadBalancer?.ingress
  })
  expect(told?.ip).toBe('127.0.0.1')
  const [http = 80, https = 443] = (told?.ports ?? []).map(({ port }) => port)
  return { http, https }
}

test('an Ingress answers by host, with the certificate of its Secret, and with nothing for other hosts', async () => {
  const { http, https } = await ingressPorts()
  expect(await engine.kubectl(['get', 'ingress', 'web', '--no-headers'])).toMatch(
    /web\s+slipway\s+web\.example\.com\s+127\.0\.0\.1\s+80, 443/,
  )
  const { cert, key, ca } = await leafCertificate('web.example.com')
  const secret = { kind: 'Secret', apiVersion: 'v1', type: 'kubernetes.io/tls', metadata: { name: 'web-tls' } }
  const stringData = { 'tls.crt': cert, 'tls.key': key }
  await engine.apply(JSON.stringify({ ...secret, stringData }))
  const answer = await new Promise<{ status: number | undefined; subject: string }>((resolve, reject) => {
    const ask = request(
      { host: '127.0.0.1', port: https, servername: 'web.example.com', headers: { host: 'web.example.com' }, ca },
      (response) => {
        const { subject } = (response.socket as import('node:tls').TLSSocket).getPeerCertificate()
        resolve({ status: response.statusCode, subject: `${subject.CN}` })
        response.resume()
      },
    )
    ask.on('error', reject)
    ask.end()
  })
  expect(answer).toEqual({ status: 200, subject: 'web.example.com' })
  const other = await fetch(`http://127.0.0.1:${http}/`)
  expect(other.status).toBe(404)
})

test('UDP reaches a Service that kubectl exposed from the laptop', async () => {
  await engine.kubectl([
    ...['expose', 'deployment', 'coredns', '--namespace=kube-system', '--name=dns-from-laptop', '--type=LoadBalancer'],
    ...['--protocol=UDP', '--port=5399', '--target-port=53'],
  ])
  const { ip, ports } = await eventually('the Service has an address', 30_000, async () => {
    const { status } = await engine.json<Service>(['get', 'service', 'dns-from-laptop', '--namespace=kube-system'])
    return status?.loadBalancer?.ingress?.[0]
  })
  const { spec } = await engine.json<Service>(['get', 'service', 'web'])
  const resolver = new Resolver({ timeout: 2000, tries: 10 })
  resolver.setServers([`${ip}:${ports?.[0]?.port ?? 5399}`])
  expect(await resolver.resolve4('web.default.svc.cluster.local')).toEqual([spec?.clusterIP])
})

test('a rolling update through LoadBalancer, Ingress and *.localhost: no request fails', {
  timeout: 240_000,
}, async () => {
  const { http } = await ingressPorts()
  const rpc = await engine.rpc()
  const cluster = (await rpc.call('clusters.list')).find(({ name }) => name === engine.cluster)
  const clients = [
    loadFromLaptop({ ...pace, url: await loadBalancerUrl(engine), mode: 'keep-alive' }),
    loadFromLaptop({ ...pace, url: `http://127.0.0.1:${http}/`, mode: 'keep-alive', host: 'web.example.com' }),
    loadFromLaptop({
      ...pace,
      url: `http://127.0.0.1:${cluster?.httpPort}/`,
      mode: 'close',
      host: `web.default.${engine.cluster}.localhost`,
    }),
  ]
  for (const version of ['2', '3']) {
    await engine.kubectl(['set', 'env', 'deployment/web', `VERSION=${version}`])
    await engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
  }
  const results = await Promise.all(clients)
  for (const result of results) {
    expect(result.failures).toEqual({})
    expect(result.ok).toBe(result.sent)
    expect(Object.keys(result.versions).sort()).toEqual(['1', '2', '3'])
  }
  const sent = results.reduce((sum, result) => sum + result.sent, 0)
  expect(sent).toBeGreaterThanOrEqual(270 * pace.seconds)
  process.stdout.write(`ways in: ${sent} requests, none failed\n`)
})
