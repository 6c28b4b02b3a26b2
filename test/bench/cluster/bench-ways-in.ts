import { Agent, request } from 'node:http'
import { ensureImages } from '../../../build/stand-ins/stand-in-images.ts'
import type { Pod, Service } from '../../../shared/api/types/core-v1.ts'
import type { Ingress } from '../../../shared/api/types/networking-v1.ts'
import { eventually } from '../../support/engine-under-test.ts'
import { loadBalancerUrl } from '../../support/load.ts'
import type { BenchSize, Figure } from '../figures.ts'
import { benchEngine } from './bench-engine.ts'

const IMAGE = 'node:24-alpine'
const SECONDS = { full: 5, tiny: 0.2 } as const
const CONNECTIONS = 16

/** Requests a second through each way in, beside the same client on the pod's own address. Linux only. */
export async function benchWaysIn(size: BenchSize): Promise<Figure[]> {
  await ensureImages([IMAGE])
  await using engine = benchEngine()
  await engine.serve()
  await engine.up()
  await engine.apply(MANIFEST)
  await engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
  const { items } = await engine.json<{ items: Pod[] }>(['get', 'pods', '--selector=app=web'])
  const balancer = new URL(await loadBalancerUrl(engine))
  const { spec } = await engine.json<Service>(['get', 'service', 'web'])
  const told = await eventually('the Ingress has an address', 30_000, async () => {
    const found = await engine.json<Ingress>(['get', 'ingress', 'web'])
    return found.status?.loadBalancer?.ingress?.[0]
  })
  const clusters = await (await engine.rpc()).call('clusters.list')
  const ways: [name: string, target: Target][] = [
    ['LoadBalancer', { host: balancer.hostname, port: Number(balancer.port || 80) }],
    ['NodePort', { port: spec?.ports?.[0]?.nodePort }],
    ['Ingress', { port: told.ports?.[0]?.port ?? 80, name: 'web.example.com' }],
    ['*.localhost', { port: clusters[0]?.httpPort, name: `web.default.${engine.cluster}.localhost` }],
  ]
  const direct: Target = { host: items[0]?.status?.podIP, port: 8080 }
  await rate(direct, SECONDS[size])
  const figures: Figure[] = []
  for (const [name, target] of ways) {
    const [before, through, after] = [
      await rate(direct, SECONDS[size]),
      await rate(target, SECONDS[size]),
      await rate(direct, SECONDS[size]),
    ]
    const own = (before + after) / 2
    const note = `${through.toFixed(0)} requests/s, direct ${own.toFixed(0)}`
    figures.push({ bench: 'ways-in', name, value: through / own, unit: 'x direct', note })
  }
  return figures
}

interface Target {
  readonly host?: string | undefined
  readonly port: number | undefined
  /** The Host header. */
  readonly name?: string
}

/** Answers a second on keep-alive connections; throws for one that is not 200. */
async function rate({ host = '127.0.0.1', port, name }: Target, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const headers = name === undefined ? {} : { host: name }
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      request({ host, port, agent, headers }, (response) => {
        response.resume().on('end', resolve)
        if (response.statusCode !== 200) reject(new Error(`${name ?? host}:${port} answered ${response.statusCode}`))
      })
        .on('error', reject)
        .end()
    })
  let answers = 0
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  const work = async () => {
    for (; elapsed() < seconds; answers++) await ask()
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, work))
    return answers / elapsed()
  } finally {
    agent.destroy()
  }
}

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: ${IMAGE}
          command: [node, -e, "require('node:http').createServer((_, answer) => answer.end('hello')).listen(8080)"]
          readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: LoadBalancer
  selector: { app: web }
  ports: [{ port: 8097, targetPort: 8080 }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  rules:
    - host: web.example.com
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8097 } } } }]
`
