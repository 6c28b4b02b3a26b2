import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Event, Pod } from '../../shared/api/types/core-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { shellPod, webDeployment } from '../support/workloads.ts'

const engine = new EngineUnderTest()

beforeAll(async () => {
  await ensureImages(['nginx:1.29-alpine', 'busybox:1.37'])
  await engine.serve()
  await engine.up(2)
})
afterAll(() => engine[Symbol.asyncDispose]())

interface List<T> {
  items: T[]
}

const podsOf = async (app: string) => (await engine.json<List<Pod>>(['get', 'pods', '-l', `app=${app}`])).items
const identity = (pod: Pod) => `${pod.metadata.uid} ${pod.status?.containerStatuses?.[0]?.containerID}`

describe('the engine process', () => {
  test('killed in the middle of a rollout: pods stay, the rollout completes after the restart', async () => {
    await engine.apply(webDeployment('web', 4))
    await engine.apply(shellPod('bystander', 'sleep 100000'))
    await engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
    await engine.kubectl(['wait', '--for=condition=Ready', 'pod/bystander', '--timeout=60s'])
    const [bystander] = await podsOf('bystander')
    await engine.kubectl(['set', 'env', 'deployment/web', 'VERSION=2'])
    await eventually('the rollout has begun', 30_000, async () => (await podsOf('web')).length > 4)
    const before = new Map((await podsOf('web')).map((pod) => [pod.metadata.uid, identity(pod)]))
    const running = new Set(await engine.containers('io.slipway.role=container'))

    await engine.kill('SIGKILL')
    const orphans = new Set(await engine.containers('io.slipway.role=container'))
    for (const id of running) expect(orphans.has(id)).toBe(true)
    await engine.serve()
    await eventually(
      'the API answers',
      30_000,
      async () => (await engine.tryKubectl(['get', '--raw', '/readyz'])).code === 0,
    )
    await engine.kubectl(['rollout', 'status', 'deployment/web', '--timeout=120s'])

    const after = await podsOf('web')
    const live = after.filter((pod) => !pod.metadata.deletionTimestamp)
    expect(live).toHaveLength(4)
    for (const pod of live) {
      expect(pod.spec?.containers[0]?.env).toEqual([{ name: 'VERSION', value: '2' }])
      const known = before.get(pod.metadata.uid)
      if (known !== undefined && !known.endsWith('undefined')) expect(identity(pod)).toBe(known)
    }
    const [same] = await podsOf('bystander')
    expect(identity(same as Pod)).toBe(identity(bystander as Pod))
    expect(same?.status?.containerStatuses?.[0]?.restartCount).toBe(0)
  })

  test('stopped for longer than lease and toleration, then continued: nothing is evicted, nothing storms', async () => {
    const impatient = `  tolerations:
    - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 2 }
    - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 2 }
`
    await engine.apply(shellPod('impatient', 'sleep 100000', impatient))
    await engine.kubectl(['wait', '--for=condition=Ready', 'pod/impatient', '--timeout=60s'])
    // Pods of the rollout before may still be on their way out.
    const before = await eventually('only pods that stay', 60_000, async () => {
      const pods = [...(await podsOf('web')), ...(await podsOf('impatient'))]
      return pods.every(({ metadata }) => !metadata.deletionTimestamp) && pods.map(identity).sort()
    })
    const revision = async () => {
      const list = JSON.parse(await engine.kubectl(['get', '--raw', '/api/v1/namespaces?limit=1']))
      return Number(list.metadata.resourceVersion)
    }
    const revisionBefore = await revision()

    process.kill(engine.pid, 'SIGSTOP')
    // Longer than the lease (40 s), the grace of the node controller (50 s at most) and the toleration together.
    await delay(65_000)
    process.kill(engine.pid, 'SIGCONT')
    await eventually(
      'the API answers',
      30_000,
      async () => (await engine.tryKubectl(['get', '--raw', '/readyz'])).code === 0,
    )
    // Time for whatever would go wrong: two lease renewals.
    await delay(20_000)

    const after = [...(await podsOf('web')), ...(await podsOf('impatient'))].map(identity).sort()
    expect(after).toEqual(before)
    const { items } = await engine.json<List<Event>>(['get', 'events', '-A'])
    expect(items.filter(({ reason }) => reason === 'TaintManagerEviction' || reason === 'NodeNotReady')).toEqual([])
    expect((await revision()) - revisionBefore).toBeLessThan(100)
  })
})
