import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import { EngineUnderTest } from '../support/engine-under-test.ts'
import { type LoadResult, loadBalancerUrl, loadFromLaptop } from '../support/load.ts'

const engine = new EngineUnderTest()
const SUPPORT = join(import.meta.dirname, '..', 'support')
/** Each of four clients: 100 requests a second for pods and laptop, with and without keep-alive. */
const RATE = 50
const SECONDS = Number(process.env.SLIPWAY_TEST_LOAD_SECONDS ?? 110)
const MODES = ['keep-alive', 'close'] as const

beforeAll(async () => {
  await ensureImages(['node:24-alpine'])
  await engine.serve()
  await engine.up(2)
})
afterAll(() => engine[Symbol.asyncDispose]())

function server(version: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: node:24-alpine
          command: [node, /scripts/graceful-server.mjs]
          env: [{ name: VERSION, value: "${version}" }]
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
          volumeMounts: [{ name: scripts, mountPath: /scripts }]
      volumes: [{ name: scripts, configMap: { name: scripts } }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: LoadBalancer
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080 }]
`
}

function loadPod(mode: string): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: load-${mode} }
spec:
  restartPolicy: Never
  containers:
    - name: load
      image: node:24-alpine
      command: [node, /scripts/load-client.mjs, "http://web/", "${RATE}", "${SECONDS}", ${mode}]
      volumeMounts: [{ name: scripts, mountPath: /scripts }]
  volumes: [{ name: scripts, configMap: { name: scripts } }]
`
}

async function loadFromPod(mode: string): Promise<LoadResult> {
  await engine.kubectl([
    'wait',
    `pod/load-${mode}`,
    '--for=jsonpath={.status.phase}=Succeeded',
    `--timeout=${SECONDS + 60}s`,
  ])
  return JSON.parse(await engine.kubectl(['logs', `load-${mode}`]))
}

test('three updates and a rollback under load: no request fails, from pods and from the laptop', {
  timeout: 400_000,
}, async () => {
  const scripts = ['load-client.mjs', 'graceful-server.mjs'].map((name) => {
    const text = readFileSync(join(SUPPORT, name), 'utf8')
    return `  ${name}: |\n${text.replace(/^/gm, '    ')}`
  })
  await engine.apply(`apiVersion: v1\nkind: ConfigMap\nmetadata: { name: scripts }\ndata:\n${scripts.join('\n')}\n`)
  await engine.apply(server('1'))
  const rollout = () => engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
  await rollout()
  const url = await loadBalancerUrl(engine)
  await engine.apply(MODES.map(loadPod).join('---\n'))
  for (const mode of MODES) await engine.kubectl(['wait', `pod/load-${mode}`, '--for=condition=Ready', '--timeout=60s'])
  const laptop = MODES.map((mode) => loadFromLaptop({ url, rate: RATE, seconds: SECONDS, mode }))

  for (const version of ['2', '3', '4']) {
    await engine.kubectl(['set', 'env', 'deployment/web', `VERSION=${version}`])
    await rollout()
  }
  await engine.kubectl(['rollout', 'undo', 'deployment/web'])
  await rollout()

  const results = await Promise.all([...laptop, ...MODES.map(loadFromPod)])
  for (const result of results) {
    expect(result.failures).toEqual({})
    expect(result.ok).toBe(result.sent)
    expect(Object.keys(result.versions).sort()).toEqual(['1', '2', '3', '4'])
  }
  const sent = results.reduce((sum, result) => sum + result.sent, 0)
  expect(sent).toBeGreaterThanOrEqual(180 * SECONDS)
  process.stdout.write(`zero downtime: ${sent} requests, none failed\n`)
})
