import type { ContainerState, ObservedContainer, ObservedPod, ObservedSandbox } from '../kubelet/pod-runtime.ts'
import type { DockerEngine } from './docker-engine.ts'
import { isStatus } from './engine-error.ts'
import type { ContainerInspect, ContainerSummary } from './engine-types.ts'
import { inspectImage } from './images.ts'
import { label, type Owner, ownedBy } from './labels.ts'

interface Cached {
  readonly state: string
  readonly inspect: ContainerInspect
}

/**
 * What the engine holds of the cluster's pods: one list call, and an inspect for each container whose state changed
 * since it was last looked at. Sandboxes are inspected too: the engine tells that a container died before it lists it
 * as dead, and only an inspect waits until that is done.
 */
export class PodObserver {
  readonly #engine: DockerEngine
  readonly #owner: Owner
  readonly #cache = new Map<string, Cached>()
  readonly #digests = new Map<string, Promise<string>>()

  constructor(engine: DockerEngine, owner: Owner) {
    this.#engine = engine
    this.#owner = owner
  }

  async list(): Promise<ObservedPod[]> {
    const summaries = await this.#engine.listContainers(ownedBy(this.#owner))
    const known = new Set(summaries.map((summary) => summary.Id))
    for (const id of this.#cache.keys()) if (!known.has(id)) this.#cache.delete(id)
    return this.#observe(summaries)
  }

  async pod(uid: string): Promise<ObservedPod | undefined> {
    const summaries = await this.#engine.listContainers(ownedBy(this.#owner, { [label.podUid]: uid }))
    return (await this.#observe(summaries))[0]
  }

  /** Drops what is remembered of a container, or of all, after something happened to it. */
  forget(id?: string): void {
    if (id === undefined) this.#cache.clear()
    else this.#cache.delete(id)
  }

  async #observe(summaries: readonly ContainerSummary[]): Promise<ObservedPod[]> {
    const pods = new Map<string, { pod: ObservedPod; sandboxes: ObservedSandbox[]; containers: ObservedContainer[] }>()
    const observed = await Promise.all(
      summaries.map(async (summary) => ({ summary, found: await this.#look(summary) })),
    )
    for (const { summary, found } of observed) {
      const labels = summary.Labels
      const uid = labels[label.podUid]
      if (uid === undefined) continue
      let entry = pods.get(uid)
      if (entry === undefined) {
        const sandboxes: ObservedSandbox[] = []
        const containers: ObservedContainer[] = []
        const pod = {
          uid,
          namespace: labels[label.podNamespace] ?? '',
          name: labels[label.podName] ?? '',
          node: labels[label.node] ?? '',
          sandboxes,
          containers,
        }
        entry = { pod, sandboxes, containers }
        pods.set(uid, entry)
      }
      if (found.sandbox) entry.sandboxes.push(found.sandbox)
      if (found.container) entry.containers.push(found.container)
    }
    for (const entry of pods.values()) {
      entry.sandboxes.sort((a, b) => b.attempt - a.attempt)
      entry.containers.sort((a, b) => b.attempt - a.attempt || b.createdAt.localeCompare(a.createdAt))
    }
    return [...pods.values()].map((entry) => entry.pod)
  }

  async #look(summary: ContainerSummary): Promise<{ sandbox?: ObservedSandbox; container?: ObservedContainer }> {
    const role = summary.Labels[label.role]
    const inspect = role === 'sandbox' || role === 'container' ? await this.#inspect(summary) : undefined
    if (inspect === undefined) return {}
    if (role === 'sandbox') return { sandbox: observedSandbox(inspect) }
    return { container: observedContainer(inspect, await this.#digest(inspect)) }
  }

  /** The status's imageID; one look for each image, since the name of an id doesn't change while it is in use. */
  #digest(inspect: ContainerInspect): Promise<string> {
    let digest = this.#digests.get(inspect.Image)
    if (digest === undefined) {
      digest = inspectImage(this.#engine, inspect.Image, inspect.Config.Image).then(
        (image) => image?.digest ?? inspect.Image,
        () => inspect.Image,
      )
      this.#digests.set(inspect.Image, digest)
    }
    return digest
  }

  async #inspect(summary: ContainerSummary): Promise<ContainerInspect | undefined> {
    const state = stateKey(summary)
    const cached = this.#cache.get(summary.Id)
    if (cached?.state === state) return cached.inspect
    try {
      const inspect = await this.#engine.inspectContainer(summary.Id)
      // A state that moved on since the list is not remembered under the list's.
      if (inspect.State.Status === summary.State) this.#cache.set(summary.Id, { state, inspect })
      return inspect
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }
}

/** "exited (137)": the state and, of one that ended, its code; the rest of the text tells the time that passed. */
function stateKey(summary: ContainerSummary): string {
  return `${summary.State} ${/\((-?\d+)\)/.exec(summary.Status)?.[1] ?? ''}`
}

function observedSandbox({ Id, Config, State, Created }: ContainerInspect): ObservedSandbox {
  return {
    id: Id,
    attempt: Number(Config.Labels[label.attempt] ?? 0),
    state: containerState(State.Status),
    podIP: Config.Labels[label.podIP] || undefined,
    createdAt: Created,
  }
}

function observedContainer(inspect: ContainerInspect, imageId: string): ObservedContainer {
  const labels = inspect.Config.Labels
  const { State } = inspect
  const state = containerState(State.Status)
  const ended = state === 'exited'
  const failedStart = state === 'created' && State.ExitCode !== 0
  return {
    id: inspect.Id,
    name: labels[label.containerName] ?? '',
    type: containerType(labels[label.containerType]),
    attempt: Number(labels[label.attempt] ?? 0),
    hash: labels[label.hash] ?? '',
    sandboxId: labels[label.sandboxId] ?? '',
    image: inspect.Config.Image,
    imageId,
    state,
    createdAt: inspect.Created,
    startedAt: happened(State.StartedAt),
    finishedAt: ended ? finishedAt(State) : undefined,
    exitCode: ended || failedStart ? State.ExitCode : undefined,
    // The engine says so too when only a child was killed and the container ended well.
    oomKilled: State.OOMKilled && ended && State.ExitCode !== 0,
    error: State.Error || undefined,
  }
}

function happened(time: string): string | undefined {
  return time.startsWith('0001-01-01') ? undefined : time
}

/** The engine writes the start down when it has happened: of a very short run it may be later than the end. */
function finishedAt({ StartedAt, FinishedAt }: ContainerInspect['State']): string | undefined {
  const finished = happened(FinishedAt)
  if (finished === undefined) return undefined
  return Date.parse(StartedAt) > Date.parse(finished) ? StartedAt : finished
}

function containerType(text: string | undefined): ObservedContainer['type'] {
  return text === 'init' || text === 'ephemeral' ? text : 'container'
}

function containerState(state: string): ContainerState {
  if (state === 'created' || state === 'running' || state === 'paused') return state
  return state === 'restarting' ? 'running' : 'exited'
}
