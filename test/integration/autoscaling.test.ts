import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { HorizontalPodAutoscaler } from '../../shared/api/types/autoscaling-v2.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'

const engine = new EngineUnderTest()
const SCALE_OUT_MS = 60_000
const SCALE_IN_MS = 120_000

/** Works when told to, and sleeps otherwise. */
const worker = `apiVersion: apps/v1
kind: Deployment
metadata: { name: worker }
spec:
  selector: { matchLabels: { app: worker } }
  template:
    metadata: { labels: { app: worker } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: busybox:1.37
          command: [sh, -c, "while :; do [ -e /tmp/work ] || sleep 1; done"]
          resources: { requests: { cpu: 100m, memory: 16Mi }, limits: { cpu: 300m } }
`

beforeAll(async () => {
  await ensureImages(['busybox:1.37'])
  await engine.serve()
  await engine.up(1)
  await engine.apply(worker)
  await engine.kubectl(['rollout', 'status', 'deployment/worker', '--timeout=60s'])
})
afterAll(() => engine[Symbol.asyncDispose]())

const replicas = async () => {
  const { spec } = await engine.json<{ spec: { replicas: number } }>(['get', 'deployment', 'worker'])
  return spec.replicas
}

test('kubectl top shows what pods, containers and nodes use', async () => {
  const top = (...args: string[]) => engine.kubectl(['top', ...args, '--no-headers'])
  const pods = await eventually('the first sample', 60_000, async () => {
    const shown = await top('pods')
    return shown.includes('worker') && shown
  })
  expect(pods).toMatch(/^worker-\S+\s+\d+m\s+\d+Mi/)
  expect(await top('pods', '--containers')).toMatch(/^worker-\S+\s+main\s+\d+m\s+\d+Mi/)
  expect(await top('pods', '-l', 'app=nothing')).toBe('')
  expect(await top('nodes')).toMatch(new RegExp(`^${engine.cluster}-1\\s+\\d+m\\s+\\d+%\\s+\\d+Mi\\s+\\d+%`))
})

test('real load scales out within a minute, and in again when it is gone', async () => {
  await engine.kubectl(['autoscale', 'deployment', 'worker', '--min=1', '--max=3', '--cpu=50%'])
  const behavior = JSON.stringify({ spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 30 } } } })
  await engine.kubectl(['patch', 'hpa', 'worker', '--type=merge', '-p', behavior])
  await engine.kubectl(['exec', 'deployment/worker', '--', 'touch', '/tmp/work'])
  await eventually('three pods', SCALE_OUT_MS, async () => (await replicas()) === 3)
  const hpa = await engine.json<HorizontalPodAutoscaler>(['get', 'hpa', 'worker'])
  expect(hpa.status?.currentMetrics?.[0]?.resource?.current.averageUtilization).toBeGreaterThan(50)
  expect(await engine.kubectl(['get', 'hpa', 'worker', '--no-headers'])).toMatch(
    /worker\s+Deployment\/worker\s+cpu: \d+%\/50%\s+1\s+3\s+\d/,
  )
  expect(await engine.kubectl(['describe', 'hpa', 'worker'])).toContain('SuccessfulRescale')

  const pods = await engine.kubectl(['get', 'pods', '-o', 'name'])
  for (const pod of pods.trim().split('\n')) await engine.tryKubectl(['exec', pod, '--', 'rm', '-f', '/tmp/work'])
  await eventually('one pod', SCALE_IN_MS, async () => (await replicas()) === 1)
})
