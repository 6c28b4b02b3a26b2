import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../shared/api/types/discovery-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { shellPod, webDeployment } from '../support/workloads.ts'

const engine = new EngineUnderTest()
const HEALED_MS = 60_000

beforeAll(async () => {
  await ensureImages(['nginx:1.29-alpine', 'busybox:1.37'])
  await engine.serve()
  await engine.up(1)
  await engine.apply(webDeployment('web', 1))
  await engine.apply(shellPod('client', 'sleep 100000'))
  await engine.kubectl(['wait', '--for=condition=Ready', 'pod/client', '--timeout=60s'])
  await engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
})
afterAll(() => engine[Symbol.asyncDispose]())

interface List {
  items: Pod[]
}

const webPod = async (): Promise<Pod> => {
  const { items } = await engine.json<List>(['get', 'pods', '-l', 'app=web'])
  const live = items.filter((pod) => !pod.metadata.deletionTimestamp)
  if (live.length !== 1) throw new Error(`${live.length} pods of web`)
  return live[0] as Pod
}
const restarts = (pod: Pod) => pod.status?.containerStatuses?.[0]?.restartCount ?? 0
const containerId = (pod: Pod) => pod.status?.containerStatuses?.[0]?.containerID?.replace('docker://', '') ?? ''
const sandboxOf = async (pod: Pod) => {
  const [id] = await engine.containers(`io.slipway.pod.uid=${pod.metadata.uid}`, 'io.slipway.role=sandbox')
  return id as string
}
const answersThroughService = async () => {
  const { code, stdout } = await engine.tryKubectl(['exec', 'client', '--', 'wget', '-q', '-O', '-', 'http://web/'])
  return code === 0 && stdout.includes('nginx')
}
const isReady = (pod: Pod) =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false

test('pods find the API: at the gateway when the relay is forced', async () => {
  const slice = await engine.json<EndpointSlice>(['get', 'endpointslice', 'kubernetes'])
  const isForced = process.env.SLIPWAY_FORCE_RELAY === '1'
  expect(slice.endpoints?.[0]?.addresses[0]).toMatch(isForced ? /\.0\.2$/ : /\.0\.[12]$/)
})

describe('what is killed comes back', () => {
  test.each(['kill', 'rm -f'])('an app container after docker %s: the same pod, one restart more', async (verb) => {
    const before = await webPod()
    await engine.docker(...verb.split(' '), containerId(before))
    const after = await eventually('the container runs again', HEALED_MS, async () => {
      const pod = await webPod()
      return isReady(pod) && containerId(pod) !== containerId(before) && pod
    })
    expect(after.metadata.uid).toBe(before.metadata.uid)
    expect(after.status?.podIP).toBe(before.status?.podIP)
    expect(restarts(after)).toBe(restarts(before) + 1)
    await eventually('the Service answers', HEALED_MS, answersThroughService)
  })

  test.each(['kill', 'rm -f'])('a sandbox after docker %s: every container of the pod anew', async (verb) => {
    const before = await webPod()
    const sandbox = await sandboxOf(before)
    await engine.docker(...verb.split(' '), sandbox)
    const after = await eventually('the pod runs in a new sandbox', HEALED_MS, async () => {
      const pod = await webPod()
      return isReady(pod) && containerId(pod) !== containerId(before) && (await sandboxOf(pod)) !== sandbox && pod
    })
    expect(after.metadata.uid).toBe(before.metadata.uid)
    await eventually('the Service answers', HEALED_MS, answersThroughService)
  })

  test.each(['kill', 'rm -f'])('the gateway after docker %s: Services answer again', async (verb) => {
    const [gateway] = await engine.containers('io.slipway.role=gateway')
    await engine.docker(...verb.split(' '), gateway as string)
    await eventually('the Service answers', HEALED_MS, answersThroughService)
  })

  test('cluster DNS after docker kill: names resolve again', async () => {
    const { items } = await engine.json<List>(['get', 'pods', '-n', 'kube-system', '-l', 'k8s-app=kube-dns'])
    await engine.docker('kill', containerId(items[0] as Pod))
    await eventually('a name resolves', HEALED_MS, answersThroughService)
  })

  test('a deleted pod: another takes its place', async () => {
    const before = await webPod()
    await engine.kubectl(['delete', 'pod', before.metadata.name ?? '', '--wait=true'])
    const after = await eventually('a new pod is ready', HEALED_MS, async () => {
      const pod = await webPod()
      return isReady(pod) && pod
    })
    expect(after.metadata.uid).not.toBe(before.metadata.uid)
  })

  test('a container whose liveness probe fails: restarted, with the events that say so', async () => {
    const probe =
      '      livenessProbe: { exec: { command: [test, "!", -f, /tmp/ill] }, periodSeconds: 1, failureThreshold: 2 }\n'
    await engine.apply(shellPod('patient', 'sleep 5; touch /tmp/ill; sleep 100000', probe))
    const after = await eventually('one restart', HEALED_MS, async () => {
      const pod = await engine.json<Pod>(['get', 'pod', 'patient'])
      return restarts(pod) >= 1 && pod
    })
    expect(after.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(137)
    const events = await engine.kubectl(['events', '--for', 'pod/patient'])
    expect(events).toContain('Liveness probe failed')
    expect(events).toContain('Container main failed liveness probe, will be restarted')
  })
})
