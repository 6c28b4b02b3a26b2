import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RuntimeBench, startRuntimeBench } from '../support/docker-runtime.ts'
import { containerSpec, sandboxSpec } from '../support/pod-specs.ts'
import { startTestEngine, type TestEngine } from '../support/test-engine.ts'

let engine: TestEngine
let bench: RuntimeBench
beforeAll(async () => {
  engine = await startTestEngine({ liveRestore: true })
  bench = await startRuntimeBench(engine.dockerHost)
})
afterAll(async () => {
  await bench.close()
  await engine.dispose()
})

async function exec(id: string, script: string): Promise<string> {
  const stdout = new PassThrough()
  const options = { command: ['sh', '-c', script], stdout, stderr: stdout, tty: false }
  await bench.runtime.exec(id, options, new AbortController().signal)
  stdout.end()
  return text(stdout)
}

it('keeps what a pod has in memory, also for the containers that it starts later', async () => {
  const uid = randomUUID()
  const pod = { uid, namespace: 'default', name: 'survivor', node: 'node-1' }
  const secret = { path: 'token', content: Buffer.from('s3cret'), mode: 0o444 }
  const spec = sandboxSpec(pod, {
    podIP: bench.podIP(),
    volumes: [
      { name: 'secret', type: 'files', medium: 'memory', files: [secret] },
      { name: 'memory', type: 'directory', medium: 'memory' },
    ],
  })
  let sandboxId = await bench.runtime.runSandbox(spec)
  const mounts = ['secret', 'memory'].map((volume) => ({ volume, mountPath: `/${volume}`, readOnly: false }))
  const start = async (attempt: number) => {
    const command = ['sh', '-c', 'sleep 3600']
    const id = await bench.runtime.createContainer(
      containerSpec(pod, sandboxId, { image: bench.image, command, attempt, mounts }),
    )
    await bench.runtime.startContainer(id)
    return id
  }
  const first = await start(0)
  await exec(first, 'echo mine > /memory/file')
  await engine.kill()
  await engine.start()
  expect(await exec(first, 'cat /secret/token /memory/file')).toBe('s3cretmine\n')

  // This engine would give another container empty volumes: the pod starts anew, with its files.
  await expect(start(1)).rejects.toThrow('the engine has lost the volumes that the pod has in memory')
  const after = await bench.runtime.inspectPod(uid)
  expect(after?.sandboxes).toMatchObject([{ attempt: 0, state: 'exited' }])
  expect(after?.containers.find(({ id }) => id === first)?.state).toBe('exited')
  sandboxId = await bench.runtime.runSandbox({ ...spec, attempt: 1 })
  const third = await start(2)
  expect(await exec(third, 'cat /secret/token')).toBe('s3cret')
  const fourth = await start(3)
  expect(await exec(fourth, 'cat /secret/token')).toBe('s3cret')
  await bench.runtime.removePod(uid)
  expect(await bench.runtime.list()).toEqual([])
})
