import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Event, Pod } from '../../shared/api/types/core-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { shellPod, webDeployment } from '../support/workloads.ts'

const engine = new EngineUnderTest()
const BACK_MS = 60_000

beforeAll(async () => {
  await ensureImages(['nginx:1.29-alpine', 'busybox:1.37'])
  await engine.serve()
  await engine.up(1)
  await engine.apply(webDeployment('web', 2))
  const probe =
    '      livenessProbe: { exec: { command: ["true"] }, periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 }\n'
  await engine.apply(shellPod('nervous', 'sleep 100000', probe))
  await engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
  await engine.kubectl(['wait', '--for=condition=Ready', 'pod/nervous', '--timeout=60s'])
})
afterAll(() => engine[Symbol.asyncDispose]())

interface List<T> {
  items: T[]
}

const pods = async () => (await engine.json<List<Pod>>(['get', 'pods'])).items
const isReady = ({ status }: Pod) =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
const containers = (all: readonly Pod[]) => all.map((pod) => pod.status?.containerStatuses?.[0]?.containerID).sort()
const uids = (all: readonly Pod[]) => all.map((pod) => pod.metadata.uid).sort()

async function slipway(...args: string[]): Promise<void> {
  const { code, stderr } = await engine.slipway(...args)
  if (code !== 0) throw new Error(`slipway ${args.join(' ')} failed: ${stderr}`)
}

const states = async () => {
  const label = `label=io.slipway.installation=${engine.data.installationId}`
  return (await engine.docker('ps', '--filter', label, '--format', '{{.Status}}')).stdout.trim().split('\n')
}

const allReady = () =>
  eventually('all pods are ready', BACK_MS, async () => {
    const all = await pods()
    return all.length === 3 && all.every(isReady) && all
  })

describe('a paused cluster', () => {
  test('answers reads while everything is frozen, and goes on as if nothing had been', async () => {
    const before = await allReady()
    await slipway('pause', engine.cluster)
    for (const state of await states()) expect(state).toContain('(Paused)')
    // Many periods of the probe.
    await delay(10_000)
    expect(containers(await pods())).toEqual(containers(before))
    for (const state of await states()) expect(state).toContain('(Paused)')
    const name = engine.cluster
    const refused = `the cluster "${name}" is paused: "slipway resume ${name}" lets it go on`
    const scaled = await engine.tryKubectl(['scale', 'deployment/web', '--replicas=1'])
    expect(scaled.stderr.trim()).toBe(`Error from server (ServiceUnavailable): ${refused}`)
    expect((await engine.tryKubectl(['exec', 'nervous', '--', 'true'])).stderr).toContain(refused)

    await slipway('resume', engine.cluster)
    const after = await allReady()
    await engine.kubectl(['exec', 'nervous', '--', 'wget', '-q', '-O', '-', 'http://web/'])
    await delay(5000)
    expect(containers(await pods())).toEqual(containers(before))
    expect(after.map((pod) => pod.status?.containerStatuses?.[0]?.restartCount)).toEqual([0, 0, 0])
    const { items } = await engine.json<List<Event>>(['get', 'events', '-A'])
    const bad = ['NodeNotReady', 'Killing', 'TaintManagerEviction', 'BackOff']
    expect(items.filter(({ reason }) => bad.includes(reason ?? ''))).toEqual([])
  })

  test('whose engine process was killed runs again with the next start', async () => {
    const before = await allReady()
    await slipway('pause', engine.cluster)
    await engine.kill()
    await engine.serve()
    await eventually('the API answers', BACK_MS, async () => (await pods()).length === 3)
    await eventually('nothing is frozen', BACK_MS, async () =>
      (await states()).every((text) => !text.includes('Paused')),
    )
    expect(containers(await allReady())).toEqual(containers(before))
  })
})

describe('a cluster that is down', () => {
  test('has no containers but keeps its objects, and its pods run again when it is up', async () => {
    const before = await allReady()
    await slipway('down', engine.cluster)
    expect(await engine.containers()).toEqual([])
    expect((await engine.tryKubectl(['get', 'pods'])).code).not.toBe(0)

    await engine.up()
    const after = await allReady()
    expect(uids(after)).toEqual(uids(before))
    await eventually('the Service answers', BACK_MS, async () => {
      const { stdout } = await engine.tryKubectl(['exec', 'nervous', '--', 'wget', '-q', '-O', '-', 'http://web/'])
      return stdout.includes('nginx')
    })
  })

  test('while it is paused ends as well', async () => {
    await allReady()
    await slipway('pause', engine.cluster)
    await slipway('down', engine.cluster)
    expect(await engine.containers()).toEqual([])
    await engine.up()
    await allReady()
  })
})
