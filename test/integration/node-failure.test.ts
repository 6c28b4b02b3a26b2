import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Node, Pod } from '../../shared/api/types/core-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { loadBalancerUrl } from '../support/load.ts'
import { webDeployment } from '../support/workloads.ts'

const engine = new EngineUnderTest()
const NOTICED_MS = 30_000
const HEALED_MS = 90_000

interface List<T> {
  items: T[]
}

beforeAll(async () => {
  await ensureImages(['nginx:1.29-alpine', 'busybox:1.37'])
  await engine.serve()
  const { code, stderr } = await engine.slipway(
    'up',
    engine.cluster,
    '--nodes',
    '3',
    '--node-timings',
    'fast',
    '--current',
  )
  if (code !== 0) throw new Error(stderr)
  await engine.apply(`${webDeployment('web', 3)}---\n${keeper}`)
  await engine.kubectl(['patch', 'service', 'web', '-p', '{"spec":{"type":"LoadBalancer"}}'])
  await engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
  await engine.kubectl(['rollout', 'status', 'statefulset/keeper', '--timeout=60s'])
})
afterAll(() => engine[Symbol.asyncDispose]())

const keeper = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: keeper }
spec:
  serviceName: keeper
  selector: { matchLabels: { app: keeper } }
  template:
    metadata: { labels: { app: keeper } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: busybox:1.37
          command: [sh, -c, "echo started >> /data/starts; sleep 100000"]
          volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Mi } } }
`

const pods = async (app: string) => (await engine.json<List<Pod>>(['get', 'pods', '-l', `app=${app}`])).items
const isReady = ({ status, metadata }: Pod) =>
  !metadata.deletionTimestamp && status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True')
const nodeReady = async (name: string) => {
  const { status } = await engine.json<Node>(['get', 'node', name])
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status
}

async function slipway(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await engine.slipway(...args)
  if (code !== 0) throw new Error(`slipway ${args.join(' ')} failed: ${stderr}`)
  return stdout
}

/** Asks again and again until told to stop; answers how often, and how often in vain. */
function visit(url: string): () => Promise<{ asked: number; failed: number }> {
  let going = true
  const result = { asked: 0, failed: 0 }
  const done = (async () => {
    while (going) {
      result.asked += 1
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
      if (response?.status !== 200) result.failed += 1
      await response?.arrayBuffer().catch(() => undefined)
    }
    return result
  })()
  return () => {
    going = false
    return done
  }
}

test('replicas stand on different nodes', async () => {
  const nodes = (await pods('web')).map(({ spec }) => spec?.nodeName)
  expect(new Set(nodes).size).toBe(3)
})

test('a node fails under load: its pods come back elsewhere with identity and data, and the Service answers', {
  timeout: 240_000,
}, async () => {
  const [before] = await pods('keeper')
  const lost = before?.spec?.nodeName ?? ''
  const stop = visit(await loadBalancerUrl(engine))
  expect(await slipway('node', 'fail', lost, '--cluster', engine.cluster)).toBe(`Failed: ${lost}\n`)
  const containers = await engine.containers(`io.slipway.node=${lost}`)
  expect(containers).toEqual([])
  await eventually('the node is not ready', NOTICED_MS, async () => (await nodeReady(lost)) === 'Unknown')
  await eventually('three ready pods elsewhere', HEALED_MS, async () => {
    const ready = (await pods('web')).filter(isReady)
    return ready.length === 3 && ready.every(({ spec }) => spec?.nodeName !== lost)
  })
  const { asked, failed } = await stop()
  process.stdout.write(`a node failed: ${asked} requests, ${failed} failed\n`)
  expect(asked).toBeGreaterThan(100)
  expect(failed).toBeLessThanOrEqual(asked / 20)

  // Only somebody who knows that the node is dead may say so; until then the member could still run there.
  const taint = 'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute'
  await engine.kubectl(['taint', 'node', lost, taint])
  await eventually('the member runs elsewhere with its data', HEALED_MS, async () => {
    const [pod] = await pods('keeper')
    if (!pod || !isReady(pod) || pod.spec?.nodeName === lost) return false
    return (await engine.kubectl(['exec', 'keeper-0', '--', 'cat', '/data/starts'])).trim().split('\n').length === 2
  })
  await engine.kubectl(['taint', 'node', lost, `${taint}-`])
  expect(await slipway('node', 'list', '--cluster', engine.cluster)).toMatch(
    new RegExp(`^${lost} +failed +\\S+ of `, 'm'),
  )
  await slipway('node', 'restore', lost, '--cluster', engine.cluster)
  await eventually('the node is back', NOTICED_MS, async () => (await nodeReady(lost)) === 'True')
  await eventually('only what belongs there runs', HEALED_MS, async () => {
    const all = [...(await pods('web')), ...(await pods('keeper'))]
    return all.length === 4 && all.every(isReady)
  })
})

test('nodes come and go within what the machine has, and keep their size', { timeout: 120_000 }, async () => {
  const cluster = ['--cluster', engine.cluster]
  const allocatable = async (name: string) => (await engine.json<Node>(['get', 'node', name])).status?.allocatable
  const before = await allocatable(`${engine.cluster}-1`)
  const full = await engine.slipway('node', 'add', ...cluster)
  expect(full.code).not.toBe(0)
  expect(full.stderr).toContain('only 0m CPU and 0Mi memory are left: ask for less with --cpu and --memory')
  const size = ['--cpu', '250m', '--memory', '128Mi', '--overcommit']
  const marks = ['--label', 'disk=ssd', '--taint', 'only=some:NoSchedule']
  const bad = await engine.slipway('node', 'add', ...cluster, ...size, '--label', 'disk=a b')
  expect(bad.stderr).toContain('metadata.labels: Invalid value: "a b"')
  expect(await slipway('node', 'add', ...cluster, ...size, ...marks)).toBe(`Added: ${engine.cluster}-4\n`)
  const added = await engine.json<Node>(['get', 'node', `${engine.cluster}-4`])
  expect(added.status?.allocatable).toMatchObject({ cpu: '250m', memory: '128Mi' })
  expect(added.metadata.labels).toMatchObject({ disk: 'ssd' })
  expect(added.spec?.taints).toEqual([{ key: 'only', value: 'some', effect: 'NoSchedule' }])
  expect(await allocatable(`${engine.cluster}-1`)).toEqual(before)

  const alone = { nodeName: `${engine.cluster}-2`, terminationGracePeriodSeconds: 0 }
  const overrides = `--overrides=${JSON.stringify({ spec: alone })}`
  await engine.kubectl(['run', 'alone', '--image=busybox:1.37', overrides, '--', 'sleep', '100000'])
  const held = await engine.slipway('node', 'remove', `${engine.cluster}-2`, ...cluster)
  expect(held.stderr).toContain('default/alone: no controller would make it again')
  await engine.kubectl(['delete', 'pod', 'alone'])
  expect(await slipway('node', 'remove', `${engine.cluster}-2`, ...cluster)).toBe(`Removed: ${engine.cluster}-2\n`)
  const { items } = await engine.json<List<Node>>(['get', 'nodes'])
  expect(items.map(({ metadata }) => metadata.name).sort()).toEqual([1, 3, 4].map((n) => `${engine.cluster}-${n}`))
  expect(await engine.containers(`io.slipway.node=${engine.cluster}-2`)).toEqual([])
  const refused = await engine.slipway('node', 'fail', 'nothing', ...cluster)
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain(`cluster "${engine.cluster}" has no node "nothing"`)
})

test('pods without room get a node, and it goes when it is not needed', { timeout: 120_000 }, async () => {
  const apart = { labelSelector: { matchLabels: { app: 'apart' } }, topologyKey: 'kubernetes.io/hostname' }
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } }
  const containers = [{ name: 'main', image: 'busybox:1.37', command: ['sleep', '100000'] }]
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'apart' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'apart' } },
      template: {
        metadata: { labels: { app: 'apart' } },
        spec: { affinity, terminationGracePeriodSeconds: 0, containers },
      },
    },
  }
  await engine.apply(JSON.stringify(deployment))
  await slipway('up', engine.cluster, '--max-nodes', '4')
  await engine.kubectl(['rollout', 'status', 'deployment/apart', '--timeout=60s'])
  const nodes = async () => (await engine.json<List<Node>>(['get', 'nodes'])).items.map(({ metadata }) => metadata.name)
  expect(await nodes()).toContain(`${engine.cluster}-2`)
  const reasons = ['get', 'events', '-o', 'jsonpath={.items[*].reason}']
  expect(await engine.kubectl(reasons)).toContain('TriggeredScaleUp')
  await engine.kubectl(['delete', 'deployment', 'apart'])
  await eventually('the node is gone', HEALED_MS, async () => !(await nodes()).includes(`${engine.cluster}-2`))
})
