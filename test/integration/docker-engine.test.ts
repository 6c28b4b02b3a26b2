import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Event, Node, Pod, Service } from '../../shared/api/types/core-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { startTestEngine, type TestEngine } from '../support/test-engine.ts'
import { shellPod } from '../support/workloads.ts'

const RECOVERED_MS = 120_000

let docker: TestEngine
let engine: EngineUnderTest

beforeAll(async () => {
  docker = await startTestEngine({ uplink: true })
  await ensureImages(['nginx:1.29-alpine', 'busybox:1.37'], docker.dockerHost)
  engine = new EngineUnderTest({ dockerHost: docker.dockerHost, wrap: docker.inNamespace })
  await engine.serve()
  await engine.up(2)
  await engine.apply(SHOP)
  await engine.apply(shellPod('client', 'sleep 100000'))
  await engine.kubectl(['rollout', 'status', 'deployment/shop', '--timeout=120s'])
  await engine.kubectl(['wait', '--for=condition=Ready', 'pod/client', '--timeout=120s'])
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await docker.dispose()
})

/** As the shop's web: files from a ConfigMap, a Secret in memory, scratch space, a Service of both kinds. */
const SHOP = `apiVersion: v1
kind: ConfigMap
metadata: { name: pages }
data: { index.html: "the shop is open" }
---
apiVersion: v1
kind: Secret
metadata: { name: password }
stringData: { password: opensesame }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 3
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - name: web
          image: nginx:1.29-alpine
          ports: [{ name: http, containerPort: 80 }]
          readinessProbe: { httpGet: { path: /, port: http }, periodSeconds: 1 }
          volumeMounts:
            - { name: pages, mountPath: /usr/share/nginx/html }
            - { name: password, mountPath: /run/password }
            - { name: scratch, mountPath: /scratch }
      volumes:
        - { name: pages, configMap: { name: pages } }
        - { name: password, secret: { secretName: password } }
        - { name: scratch, emptyDir: {} }
---
apiVersion: v1
kind: Service
metadata: { name: shop }
spec:
  type: LoadBalancer
  selector: { app: shop }
  ports: [{ port: 8080, targetPort: http }]
`

interface List<T> {
  items: T[]
}

const shopPods = async () => (await engine.json<List<Pod>>(['get', 'pods', '-l', 'app=shop'])).items
const names = (pods: readonly Pod[]) => pods.map((pod) => pod.metadata.name).sort()
const isReady = ({ status }: Pod | Node) =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false

async function objectIds(): Promise<string[]> {
  const kinds = 'pods,deployments,replicasets,services,configmaps,secrets,nodes'
  const { items } = await engine.json<List<Pod>>(['get', kinds, '-A'])
  return items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`).sort()
}

async function answersByName(): Promise<boolean> {
  const { stdout } = await engine.tryKubectl(['exec', 'client', '--', 'wget', '-q', '-O', '-', 'http://shop:8080/'])
  return stdout.includes('the shop is open')
}

async function answersOnTheLaptop(): Promise<boolean> {
  const service = await engine.json<Service>(['get', 'service', 'shop'])
  const ingress = service.status?.loadBalancer?.ingress?.[0]
  const address = `http://${ingress?.ip}:${ingress?.ports?.[0]?.port ?? 8080}/`
  const script = `fetch('${address}').then((answer) => answer.text()).then(console.log)`
  return (await engine.run(process.execPath, ['-e', script])).stdout.includes('the shop is open')
}

async function hasItsFiles(pod: Pod): Promise<void> {
  const show = ['exec', pod.metadata.name ?? '', '--', 'sh', '-c']
  const text = await engine.kubectl([...show, 'cat /run/password/password /usr/share/nginx/html/index.html'])
  expect(text).toBe('opensesamethe shop is open')
  await engine.kubectl([...show, 'touch /scratch/written'])
}

function logSize(): number {
  return readdirSync(engine.data.logs).reduce(
    (lines, file) => lines + readFileSync(join(engine.data.logs, file), 'utf8').split('\\n').length,
    0,
  )
}

async function hasRecovered(): Promise<void> {
  await eventually('the nodes are ready', RECOVERED_MS, async () => {
    const { items } = await engine.json<List<Node>>(['get', 'nodes'])
    return items.length === 2 && items.every(isReady)
  })
  await eventually('the pods are ready', RECOVERED_MS, async () => {
    const pods = await shopPods()
    return pods.length === 3 && pods.every(isReady)
  })
  await eventually('the Service answers by its name', RECOVERED_MS, answersByName)
  await eventually('the LoadBalancer answers', RECOVERED_MS, answersOnTheLaptop)
  for (const pod of await shopPods()) await hasItsFiles(pod)
}

describe.each(['stop', 'kill'] as const)('the Docker engine after a %s', (how) => {
  test('comes back and everything with it: pods, names, Services, files', { timeout: 400_000 }, async () => {
    await hasRecovered()
    const pid = engine.pid
    const before = await objectIds()
    const restartsBefore = (await shopPods()).map((pod) => pod.status?.containerStatuses?.[0]?.restartCount ?? 0)

    await docker[how]()
    await docker.start()

    await eventually('every container runs again', RECOVERED_MS, async () => {
      const restarts = (await shopPods()).map((pod) => pod.status?.containerStatuses?.[0]?.restartCount ?? 0)
      return restarts.every((count, index) => count > (restartsBefore[index] as number))
    })
    await hasRecovered()
    expect(await objectIds()).toEqual(before)
    expect(engine.pid).toBe(pid)
    expect(() => process.kill(pid, 0)).not.toThrow()
  })
})

test('while the Docker engine is away: reads answer, nothing is evicted, errors are clear, the log stays short', async () => {
  await hasRecovered()
  const before = names(await shopPods())
  const lines = logSize()
  await docker.stop()

  const node = await eventually('the node says what is wrong', 60_000, async () => {
    const { items } = await engine.json<List<Node>>(['get', 'nodes'])
    return items.every((item) => !isReady(item)) && items[0]
  })
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')
  expect(ready).toMatchObject({ status: 'False', reason: 'KubeletNotReady', message: 'container runtime is down' })
  const command = await engine.tryKubectl(['exec', 'client', '--', 'true'])
  expect(command.code).not.toBe(0)
  expect(command.stderr).toMatch(/the Docker engine cannot be reached/)
  // Time for whatever would storm or evict.
  await delay(20_000)
  expect(names(await shopPods())).toEqual(before)
  expect((await shopPods()).filter((pod) => pod.metadata.deletionTimestamp)).toEqual([])
  const { items } = await engine.json<List<Event>>(['get', 'events', '-A'])
  expect(items.filter(({ message }) => message?.startsWith('Marking for deletion'))).toEqual([])
  expect(logSize() - lines).toBeLessThan(60)

  await docker.start()
  await hasRecovered()
  expect(names(await shopPods())).toEqual(before)
})
