import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ObservedPod } from '../../electron/engine/kubelet/pod-runtime.ts'
import { type RuntimeBench, startRuntimeBench } from '../support/docker-runtime.ts'
import { containerSpec, sandboxSpec } from '../support/pod-specs.ts'
import { startTestEngine, type TestEngine } from '../support/test-engine.ts'

let engine: TestEngine
let bench: RuntimeBench
beforeAll(async () => {
  engine = await startTestEngine()
  bench = await startRuntimeBench(engine.dockerHost)
})
afterAll(async () => {
  await bench.close()
  await engine.dispose()
})

async function runPod() {
  const uid = randomUUID()
  const pod = { uid, namespace: 'default', name: 'survivor', node: 'node-1' }
  const spec = sandboxSpec(pod, { podIP: bench.podIP() })
  const sandboxId = await bench.runtime.runSandbox(spec)
  const command = ['sh', '-c', 'sleep 3600']
  const id = await bench.runtime.createContainer(containerSpec(pod, sandboxId, { image: bench.image, command }))
  await bench.runtime.startContainer(id)
  return { pod, spec, command }
}

describe.each(['stop', 'kill'] as const)('an engine after a %s', (how) => {
  it('is found again with what it holds, and takes the same pod anew at its address', async () => {
    const { pod, spec, command } = await runPod()
    const away = Promise.withResolvers<void>()
    const back = Promise.withResolvers<ObservedPod | undefined>()
    let down = false
    const subscription = bench.runtime.onChange((uid) => {
      if (uid !== undefined) return
      if (down) bench.runtime.inspectPod(pod.uid).then(back.resolve, () => undefined)
      else away.resolve()
    })
    await engine[how]()
    await away.promise
    await expect(bench.runtime.list()).rejects.toMatchObject({ reason: 'EngineUnavailable' })
    down = true
    await engine.start()
    const found = await back.promise
    subscription.dispose()
    expect(found?.sandboxes).toMatchObject([{ attempt: 0, state: 'exited' }])
    expect(found?.containers).toMatchObject([{ attempt: 0, state: 'exited' }])
    const sandboxId = await bench.runtime.runSandbox({ ...spec, attempt: 1 })
    const again = containerSpec(pod, sandboxId, { image: bench.image, command, attempt: 1 })
    await bench.runtime.startContainer(await bench.runtime.createContainer(again))
    const seen = await bench.runtime.inspectPod(pod.uid)
    expect(seen?.sandboxes[0]).toMatchObject({ attempt: 1, state: 'running', podIP: spec.podIP })
    expect(seen?.containers[0]).toMatchObject({ attempt: 1, state: 'running' })
    await bench.runtime.removePod(pod.uid)
  })
})
