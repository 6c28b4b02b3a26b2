import { runPreStop } from './lifecycle-hooks.ts'
import type { Action } from './plan/action.ts'
import { anyRunning } from './plan/plan-pod.ts'
import { findContainer, isRunning, podSpec } from './pod-containers.ts'
import { fileInputs, type PodDeps, type PodTurn } from './pod-context.ts'
import { RuntimeError } from './pod-runtime.ts'
import { sandboxSpec } from './sandbox-spec.ts'
import { startContainer } from './start-container.ts'
import { MIN_GRACE_MS, stopContainers } from './terminate.ts'
import { checkAttachments, VolumeNotAttachable } from './volumes/attachments.ts'
import { VolumeNotReady } from './volumes/pod-volumes.ts'

type Step<K extends Action['do']> = (action: Extract<Action, { do: K }>) => Promise<void>

/** Does what a plan says, one action at a time. */
export class Executor {
  readonly #deps: PodDeps
  readonly #turn: PodTurn
  #sandboxId: string | undefined

  constructor(deps: PodDeps, turn: PodTurn) {
    this.#deps = deps
    this.#turn = turn
    this.#sandboxId = turn.observed?.sandboxes.find(isRunning)?.id
  }

  readonly #steps: { [K in Action['do']]: Step<K> } = {
    'run sandbox': ({ attempt }) => this.#runSandbox(attempt),
    'stop pod': async ({ why }) => {
      if (why === 'sandbox changed' && this.#turn.observed?.sandboxes.length) {
        const message = 'Pod sandbox changed, it will be killed and re-created.'
        this.#deps.record(this.#turn.pod, 'Normal', 'SandboxChanged', message)
      }
      await this.#stop(podGraceMs(this.#turn))
    },
    terminate: ({ graceMs }) => this.#stop(graceMs),
    'remove pod': async () => {
      const uid = this.#turn.pod.metadata.uid ?? ''
      await this.#deps.runtime.removePod(uid)
      this.#deps.network.releasePodIP(uid)
    },
    kill: (action) => this.#kill(action),
    start: async ({ name, type, attempt }) => {
      if (this.#sandboxId === undefined) return
      await startContainer(this.#deps, this.#turn, { name, type, attempt, sandboxId: this.#sandboxId })
    },
    'remove container': ({ id }) => this.#deps.runtime.removeContainer(id),
    hold: async () => {},
  }

  async execute<K extends Action['do']>(action: Extract<Action, { do: K }>): Promise<void> {
    const step = this.#steps[action.do as K] as Step<K>
    await step(action)
  }

  async #stop(graceMs: number): Promise<void> {
    await stopContainers(this.#deps, this.#turn, graceMs)
    const { observed } = this.#turn
    if (!anyRunning(observed)) return
    for (const sandbox of observed?.sandboxes ?? [])
      if (isRunning(sandbox)) await this.#deps.runtime.stopSandbox(sandbox.id)
    this.#sandboxId = undefined
  }

  async #kill({ name, id, reason, restart }: Extract<Action, { do: 'kill' }>): Promise<void> {
    const { pod, observed } = this.#turn
    const container = findContainer(pod, name)
    const role = container?.type === 'init' ? 'Init container' : 'Container'
    const cause = reason === 'Changed' ? 'definition changed' : `failed ${reason.toLowerCase()} probe`
    const message = `${role} ${name} ${cause}${restart && container?.type !== 'init' ? ', will be restarted' : ''}`
    this.#deps.record(pod, 'Normal', 'Killing', message, name)
    const probe = {
      Liveness: container?.spec.livenessProbe,
      Startup: container?.spec.startupProbe,
      Changed: undefined,
    }[reason]
    const seconds = probe?.terminationGracePeriodSeconds
    const graceMs = seconds === undefined ? podGraceMs(this.#turn) : seconds * 1000
    const running = observed?.containers.find((candidate) => candidate.id === id)
    const deadline = this.#deps.clock.monotonicMs() + graceMs
    if (running && container?.spec.lifecycle?.preStop && graceMs > 0)
      await runPreStop(this.#deps, this.#turn, running, graceMs)
    await this.#deps.runtime.stopContainer(id, Math.max(MIN_GRACE_MS, deadline - this.#deps.clock.monotonicMs()))
  }

  async #runSandbox(attempt: number): Promise<void> {
    const { pod, memory } = this.#turn
    try {
      await checkAttachments(this.#deps, pod)
      const volumes = await this.#turn.volumes.prepare(fileInputs(this.#deps, pod))
      this.#sandboxId = await this.#deps.runtime.runSandbox(sandboxSpec(this.#deps, pod, attempt, volumes))
      memory.setups.reset('')
      memory.holds.delete('')
    } catch (error) {
      const known = error instanceof RuntimeError || isVolumeFailure(error)
      if (!known || (error instanceof RuntimeError && error.reason === 'EngineUnavailable')) throw error
      const now = this.#deps.clock.monotonicMs()
      memory.setups.next('', now, now)
      memory.holds.set('', { untilMs: now + memory.setups.delayMs(''), reason: 'Retry' })
      if (error instanceof VolumeNotReady) this.#deps.record(pod, 'Warning', 'FailedMount', error.message)
      else if (error instanceof VolumeNotAttachable)
        this.#deps.record(pod, 'Warning', 'FailedAttachVolume', error.message)
      else this.#deps.record(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${error.message}`)
    }
  }
}

function isVolumeFailure(error: unknown): error is VolumeNotReady | VolumeNotAttachable {
  return error instanceof VolumeNotReady || error instanceof VolumeNotAttachable
}

function podGraceMs({ pod }: PodTurn): number {
  return (podSpec(pod).terminationGracePeriodSeconds ?? 30) * 1000
}
