import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PodLogOptions } from '../../electron/engine/apiserver/pod-streams.ts'
import {
  type ContainerSpec,
  type ObservedContainer,
  type PodRuntime,
  RuntimeError,
} from '../../electron/engine/kubelet/pod-runtime.ts'
import { SystemClock } from '../../electron/engine/system-clock.ts'
import { containerSpec, type PodNames, sandboxSpec } from '../support/pod-specs.ts'

/** What the suite's containers do: a runtime says how it makes containers that do it. */
export type Workload =
  /** Prints "ready", runs until it gets its stop signal, then exits with 0 at once. */
  | 'runs'
  /** Prints "ready" and ignores its stop signal. */
  | 'stubborn'
  /** Prints "one", "two", leaves the termination message "done", exits with 3. */
  | 'ends'
  /** Its command is not in the image: the start fails with 127. */
  | 'unstartable'

export interface RuntimeUnderTest {
  readonly runtime: PodRuntime
  workload(kind: Workload): Partial<ContainerSpec> & { readonly image: string }
  /** A free pod address. */
  podIP(): string
  /** Lets this much engine time pass, where the runtime's clock stands still by itself. */
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

const everything: PodLogOptions = { follow: false, previous: false, timestamps: false, stream: 'All' }

/** What every PodRuntime must do. */
export function podRuntimeConformance(name: string, open: () => Promise<RuntimeUnderTest>): void {
  describe(`PodRuntime: ${name}`, () => {
    let under: RuntimeUnderTest
    let runtime: PodRuntime
    const never = new AbortController().signal

    beforeAll(async () => {
      under = await open()
      runtime = under.runtime
    })
    afterAll(() => under.close())

    function newPod(): PodNames {
      const uid = randomUUID()
      return { uid, namespace: 'default', name: `pod-${uid.slice(0, 8)}`, node: 'node-1' }
    }

    async function withSandbox(more: Parameters<typeof sandboxSpec>[1] = {}) {
      const pod = newPod()
      const sandboxId = await runtime.runSandbox(sandboxSpec(pod, { podIP: under.podIP(), ...more }))
      return { pod, sandboxId }
    }

    async function withContainer(kind: Workload, more: Partial<ContainerSpec> = {}) {
      const { pod, sandboxId } = await withSandbox()
      const id = await runtime.createContainer(containerSpec(pod, sandboxId, { ...under.workload(kind), ...more }))
      return { pod, sandboxId, id }
    }

    async function observed(pod: PodNames, id: string): Promise<ObservedContainer> {
      const found = (await runtime.inspectPod(pod.uid))?.containers.find((container) => container.id === id)
      expect(found).toBeDefined()
      return found as ObservedContainer
    }

    /** Resolves when the container has ended. */
    async function ended(pod: PodNames, id: string): Promise<ObservedContainer> {
      for (;;) {
        const container = await observed(pod, id)
        if (container.state === 'exited') return container
        await under.pass(20)
      }
    }

    /** Starts a container that prints "ready", and waits for that. */
    async function startUntilReady(id: string): Promise<void> {
      await runtime.startContainer(id)
      const left = new AbortController()
      for await (const chunk of await runtime.logs(id, { ...everything, follow: true }, left.signal)) {
        expect(String(chunk)).toBe('ready\n')
        left.abort()
      }
    }

    const stops = (id: string, graceMs: number) => {
      const stopped = runtime.stopContainer(id, graceMs)
      return Promise.all([stopped, under.pass(graceMs)])
    }

    it('shows a pod whose container runs, with what it was made from', async () => {
      const { pod, sandboxId, id } = await withContainer('runs', { attempt: 2, hash: 'abc' })
      await runtime.startContainer(id)
      const seen = await runtime.inspectPod(pod.uid)
      expect(seen).toMatchObject({ ...pod, sandboxes: [{ id: sandboxId, attempt: 0, state: 'running' }] })
      expect(seen?.sandboxes[0]?.podIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
      expect(seen?.containers).toMatchObject([
        { id, name: 'app', type: 'container', attempt: 2, hash: 'abc', sandboxId, state: 'running' },
      ])
      expect(seen?.containers[0]?.startedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/)
      expect(seen?.containers[0]).toMatchObject({ finishedAt: undefined, exitCode: undefined, oomKilled: false })
      expect((await runtime.list()).map((each) => each.uid)).toContain(pod.uid)
    })

    it('adopts a sandbox and a container that are there already', async () => {
      const { pod, sandboxId, id } = await withContainer('runs')
      const podIP = (await runtime.inspectPod(pod.uid))?.sandboxes[0]?.podIP
      expect(await runtime.runSandbox(sandboxSpec(pod, { podIP }))).toBe(sandboxId)
      expect(await runtime.createContainer(containerSpec(pod, sandboxId, under.workload('runs')))).toBe(id)
      expect((await runtime.inspectPod(pod.uid))?.containers).toHaveLength(1)
    })

    it('starts a started container without a failure', async () => {
      const { pod, id } = await withContainer('runs')
      await runtime.startContainer(id)
      await runtime.startContainer(id)
      expect(await observed(pod, id)).toMatchObject({ state: 'running' })
    })

    it('tells the exit code, the times, the log and the termination message of a container that ended', async () => {
      const { pod, id } = await withContainer('ends')
      await runtime.startContainer(id)
      const container = await ended(pod, id)
      expect(container).toMatchObject({ exitCode: 3, oomKilled: false })
      expect(Date.parse(container.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(container.startedAt ?? ''))
      expect(await text(await runtime.logs(id, everything, never))).toBe('one\ntwo\n')
      expect(await runtime.terminationMessage(id, '/dev/termination-log')).toBe('done')
    })

    it('shows the last lines of a log, and ends a followed log with its container', async () => {
      const { id } = await withContainer('ends')
      await runtime.startContainer(id)
      const followed = text(await runtime.logs(id, { ...everything, follow: true }, never))
      await under.pass(1000)
      expect(await followed).toBe('one\ntwo\n')
      expect(await text(await runtime.logs(id, { ...everything, tailLines: 1 }, never))).toBe('two\n')
      expect(await text(await runtime.logs(id, { ...everything, tailLines: 0 }, never))).toBe('')
    })

    it('ends a followed log when the reader leaves', async () => {
      const { pod, id } = await withContainer('runs')
      await startUntilReady(id)
      expect((await observed(pod, id)).state).toBe('running')
    })

    it('sorts a start that fails, and remembers its text', async () => {
      const { pod, id } = await withContainer('unstartable')
      const failure = await runtime.startContainer(id).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(RuntimeError)
      expect(failure).toMatchObject({ reason: 'RunContainerError', exitCode: 127 })
      expect(await observed(pod, id)).toMatchObject({ state: 'created', exitCode: 127, startedAt: undefined })
      expect((await observed(pod, id)).error).toContain('executable file not found')
    })

    it('refuses a container whose image is not there', async () => {
      const { pod, sandboxId } = await withSandbox()
      const spec = containerSpec(pod, sandboxId, { image: 'slipway-test/not-there:1' })
      await expect(runtime.createContainer(spec)).rejects.toBeInstanceOf(RuntimeError)
      expect(await runtime.image('slipway-test/not-there:1')).toBeUndefined()
    })

    it('stops a container by its signal, and by force when the grace is over', async () => {
      const gentle = await withContainer('runs')
      const stubborn = await withContainer('stubborn')
      await Promise.all([startUntilReady(gentle.id), startUntilReady(stubborn.id)])
      await Promise.all([stops(gentle.id, 30_000), stops(stubborn.id, 1000)])
      expect(await observed(gentle.pod, gentle.id)).toMatchObject({ state: 'exited', exitCode: 0 })
      expect(await observed(stubborn.pod, stubborn.id)).toMatchObject({ state: 'exited', exitCode: 137 })
    })

    it('stops and removes what is stopped or gone without a failure', async () => {
      const { pod, sandboxId, id } = await withContainer('runs')
      await stops(id, 1000)
      await runtime.removeContainer(id)
      await runtime.removeContainer(id)
      await stops(id, 1000)
      await runtime.stopSandbox(sandboxId)
      await runtime.stopSandbox(sandboxId)
      await runtime.removePod(pod.uid)
      await runtime.removePod(pod.uid)
      expect(await runtime.inspectPod(pod.uid)).toBeUndefined()
    })

    it('ends the containers of a sandbox that is stopped', async () => {
      const { pod, sandboxId, id } = await withContainer('runs')
      await runtime.startContainer(id)
      await runtime.stopSandbox(sandboxId)
      expect(await ended(pod, id)).toMatchObject({ state: 'exited' })
      expect((await runtime.inspectPod(pod.uid))?.sandboxes).toMatchObject([{ id: sandboxId, state: 'exited' }])
    })

    it('keeps one pod apart from another, newest containers and sandboxes first', async () => {
      const { pod, sandboxId, id } = await withContainer('ends')
      const other = await withContainer('runs')
      await runtime.startContainer(id)
      await ended(pod, id)
      const again = await runtime.createContainer(
        containerSpec(pod, sandboxId, { ...under.workload('runs'), attempt: 1 }),
      )
      const next = await runtime.runSandbox(sandboxSpec(pod, { attempt: 1, podIP: under.podIP() }))
      const seen = await runtime.inspectPod(pod.uid)
      expect(seen?.containers.map((container) => container.id)).toEqual([again, id])
      expect(seen?.sandboxes.map((sandbox) => sandbox.id)).toEqual([next, sandboxId])
      await runtime.removePod(pod.uid)
      expect(await runtime.inspectPod(other.pod.uid)).toBeDefined()
    })

    it('runs a command and tells its output and exit code', async () => {
      const { id } = await withContainer('runs')
      await runtime.startContainer(id)
      const [stdout, stderr] = [new PassThrough(), new PassThrough()]
      const command = ['sh', '-c', 'echo out; echo err >&2; exit 7']
      expect(await runtime.exec(id, { command, stdout, stderr, tty: false }, never)).toBe(7)
      stdout.end()
      stderr.end()
      expect(await Promise.all([text(stdout), text(stderr)])).toEqual(['out\n', 'err\n'])
    })

    it('refuses a command in a container that does not run', async () => {
      const { id } = await withContainer('runs')
      const ran = runtime.exec(id, { command: ['true'], tty: false }, never)
      await expect(ran).rejects.toBeInstanceOf(RuntimeError)
    })

    it('freezes and thaws', async () => {
      const { pod, id } = await withContainer('runs')
      await runtime.startContainer(id)
      await runtime.pause(new SystemClock())
      expect((await observed(pod, id)).state).toBe('paused')
      await runtime.unpause()
      expect((await observed(pod, id)).state).toBe('running')
    })

    it('says which pod changed', async () => {
      const { pod, id } = await withContainer('runs')
      const changed = new Set<string | undefined>()
      const seen = Promise.withResolvers<void>()
      const subscription = runtime.onChange((uid) => {
        changed.add(uid)
        if (uid === pod.uid) seen.resolve()
      })
      await runtime.startContainer(id)
      await seen.promise
      subscription.dispose()
      expect([...changed]).toContain(pod.uid)
    })
  })
}
