/**
 * One kubelet for all nodes of a cluster: nodes are names on one engine, so they share its events and its lists.
 * - Every bound pod has one worker; workers are woken by the API, the engine, timers and probes, never by polling.
 * - A slow list of the engine finds what events missed; the engine away only means waiting.
 * - What ran before a restart is adopted as it is; what no longer has an object is removed.
 */
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../../shared/api/object.ts'
import { type ResourceRef, resources } from '../../../shared/api/resources.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { type Disposable, DisposableStore } from '../../../shared/lang/disposable.ts'
import type { PodStreams } from '../apiserver/pod-streams.ts'
import { createEventRecorder, type EventRecorder } from '../controller/event-recorder.ts'
import { type Rejection, rejectPod } from './admission.ts'
import { EngineLister } from './engine-lister.ts'
import type { KubeletDeps, NodeConfig } from './kubelet-deps.ts'
import { NodeHeartbeats } from './nodes/node-heartbeats.ts'
import { podSpec } from './pod-containers.ts'
import { eventFieldPath, type PodDeps, type RecordEvent } from './pod-context.ts'
import type { ObservedPod } from './pod-runtime.ts'
import { podSources } from './pod-sources.ts'
import { PodWorker } from './pod-worker.ts'
import { SetMap } from './set-map.ts'
import { podStreams } from './streams.ts'
import { podReferences } from './volumes/pod-volumes.ts'

export interface Kubelet extends Disposable {
  /** The nodes of the cluster from now on. Nodes that left keep their objects; their pods are no longer looked after. */
  setNodes(nodes: readonly NodeConfig[]): void
  /** The node falls silent and all that runs on it is killed, as when its power is cut. */
  failNode(name: string): Promise<void>
  isFailed(name: string): boolean
  /** The node is back: it reports again, and runs what is still bound to it. */
  recoverNode(name: string): void
  /** Logs, commands and ports of its pods, for the API server. */
  readonly streams: PodStreams
}

/** Adopts what the engine holds and starts to work; resolves when the first list of pods was taken in. */
export async function startKubelet(deps: KubeletDeps): Promise<Kubelet> {
  const kubelet = new NodePool(deps)
  await kubelet.start()
  return kubelet
}

class NodePool implements Kubelet {
  readonly streams: PodStreams
  readonly #deps: KubeletDeps
  readonly #podDeps: PodDeps
  readonly #nodes = new Map<string, NodeConfig>()
  readonly #recorders = new Map<string, EventRecorder>()
  readonly #workers = new Map<string, PodWorker>()
  readonly #byNode = new SetMap()
  /** Which pods draw on a ConfigMap or Secret. */
  readonly #users = new SetMap()
  readonly #failed: Set<string>
  readonly #disposables = new DisposableStore()
  readonly #heartbeats: NodeHeartbeats
  readonly #lister: EngineLister
  #started = false

  constructor(deps: KubeletDeps) {
    this.#deps = deps
    this.#failed = new Set(deps.failedNodes)
    this.#podDeps = {
      client: deps.client,
      runtime: deps.runtime,
      network: deps.network,
      clock: deps.clock,
      logger: deps.logger,
      record: this.#record,
      random: deps.random,
      dial: deps.dial,
      sources: podSources(deps.client, deps.informers),
      clusterDomain: deps.clusterDomain,
      dnsServiceIP: deps.dnsServiceIP,
      allocatable: (node) => this.#nodes.get(node)?.allocatable ?? {},
      hostIP: (node) => this.#nodes.get(node)?.address,
    }
    this.#heartbeats = new NodeHeartbeats({
      ...deps,
      latest: (name) => deps.informers.of(resources.nodes).get(name),
      isSilent: (name) => this.#failed.has(name),
      record: (node, reason, message) => {
        const { name = '' } = node.metadata
        const about = { ...node, metadata: { name, uid: name } }
        this.#recorder(name).event(about, 'Normal', reason, message)
      },
    })
    this.#lister = this.#disposables.add(
      new EngineLister({
        ...deps,
        listed: (pods) => this.#takeInAll(pods),
        available: (isAvailable) =>
          this.#heartbeats.setHealth(isAvailable ? {} : { notReady: 'container runtime is down' }),
      }),
    )
    this.streams = podStreams({
      runtime: deps.runtime,
      dial: deps.dial,
      find: async (namespace, name) => {
        const uid = deps.informers.of(resources.pods).get(`${namespace}/${name}`)?.metadata.uid
        return uid === undefined ? undefined : this.#workers.get(uid)
      },
    })
    this.setNodes(deps.nodes)
  }

  setNodes(nodes: readonly NodeConfig[]): void {
    this.#nodes.clear()
    for (const node of nodes) this.#nodes.set(node.name, node)
    // A node of the same name that comes later is another one.
    for (const name of this.#failed) if (!this.#nodes.has(name)) this.#failed.delete(name)
    this.#heartbeats.setNodes(nodes)
    if (this.#started) void this.#heartbeats.start()
    for (const pod of this.#deps.informers.of(resources.pods).list()) this.#podChanged(pod)
  }

  async start(): Promise<void> {
    const pods = this.#deps.informers.of(resources.pods)
    await pods.synced()
    await this.#deps.informers.of(resources.nodes).synced()
    this.#started = true
    await this.#heartbeats.start()
    this.#disposables.add(
      pods.onChange({
        added: (pod) => this.#podChanged(pod),
        updated: (before, pod) => {
          if (before.metadata.uid !== pod.metadata.uid) this.#podDeleted(before)
          this.#podChanged(pod)
        },
        deleted: (pod) => this.#podDeleted(pod),
      }),
    )
    this.#watchSources(resources.configMaps)
    this.#watchSources(resources.secrets)
    await this.#deps.informers.of(resources.services).synced()
    this.#disposables.add(this.#deps.runtime.onChange((uid) => this.#engineChanged(uid)))
    await this.#lister.list()
  }

  dispose(): void {
    this.#disposables.dispose()
    this.#heartbeats.dispose()
    for (const worker of this.#workers.values()) worker.dispose()
    for (const recorder of this.#recorders.values()) recorder.dispose()
    this.#workers.clear()
  }

  async failNode(name: string): Promise<void> {
    this.#failed.add(name)
    const uids = [...(this.#byNode.get(name) ?? [])]
    for (const uid of uids) {
      this.#workers.get(uid)?.dispose()
      this.#workers.delete(uid)
      this.#byNode.remove(name, uid)
    }
    await Promise.all(uids.map((uid) => this.#deps.runtime.removePod(uid)))
    await this.#lister.list()
  }

  isFailed(name: string): boolean {
    return this.#failed.has(name)
  }

  recoverNode(name: string): void {
    this.#failed.delete(name)
    void this.#heartbeats.start()
    for (const pod of this.#deps.informers.of(resources.pods).list()) this.#podChanged(pod)
  }

  #podChanged(pod: Pod): void {
    const { uid } = pod.metadata
    const node = podSpec(pod).nodeName
    if (uid === undefined || !node || !this.#nodes.has(node) || this.#failed.has(node)) return
    const worker = this.#workers.get(uid)
    if (worker) {
      worker.update(pod)
      return
    }
    const rejection = this.#rejection(pod, node)
    const added = this.#addWorker(pod)
    if (rejection) added.reject(rejection)
    else added.wake()
  }

  /** Only pods that have not started can be turned away. */
  #rejection(pod: Pod, name: string): Rejection | undefined {
    if (pod.status?.startTime || pod.metadata.deletionTimestamp) return undefined
    const node = this.#deps.informers.of(resources.nodes).get(name)
    const allocatable = this.#nodes.get(name)?.allocatable
    if (!node || !allocatable) return undefined
    const others = [...(this.#byNode.get(name) ?? [])].flatMap((uid) => this.#workers.get(uid) ?? [])
    const admitted = others.filter(({ status }) => status.phase !== 'Failed' && status.phase !== 'Succeeded')
    return rejectPod({ pod, node, allocatable, admitted: admitted.map((worker) => worker.pod) })
  }

  #watchSources<T extends KubeObject>(ref: ResourceRef<T>): void {
    const changed = (object: T) => {
      const reference = `${ref.kind}/${object.metadata.namespace}/${object.metadata.name}`
      for (const uid of this.#users.get(reference) ?? []) this.#workers.get(uid)?.sourceChanged()
    }
    const handler = { added: changed, updated: (_before: T, after: T) => changed(after) }
    this.#disposables.add(this.#deps.informers.of(ref).onChange(handler))
  }

  #podDeleted(pod: Pod): void {
    this.#workers.get(pod.metadata.uid ?? '')?.update(undefined)
  }

  #addWorker(pod: Pod): PodWorker {
    const uid = pod.metadata.uid ?? ''
    const node = podSpec(pod).nodeName ?? ''
    const references = podReferences(pod)
    const worker = new PodWorker(this.#podDeps, pod, () => {
      this.#workers.delete(uid)
      this.#byNode.remove(node, uid)
      for (const reference of references) this.#users.remove(reference, uid)
    })
    this.#workers.set(uid, worker)
    this.#byNode.add(node, uid)
    for (const reference of references) this.#users.add(reference, uid)
    return worker
  }

  #engineChanged(uid: string | undefined): void {
    if (uid === undefined) void this.#lister.list()
    else this.#workers.get(uid)?.changed()
  }

  /** Wakes the workers of pods that look different, ends orphans. */
  #takeInAll(pods: readonly ObservedPod[]): void {
    const uids = new Set(pods.map(({ uid }) => uid))
    for (const observed of pods) this.#takeIn(observed)
    for (const [uid, worker] of this.#workers) if (worker.observed && !uids.has(uid)) worker.changed()
  }

  #takeIn(observed: ObservedPod): void {
    if (this.#failed.has(observed.node)) {
      this.#killOnFailedNode(observed)
      return
    }
    const worker = this.#workers.get(observed.uid)
    if (worker) {
      if (!isDeepStrictEqual(worker.observed, observed)) worker.changed(observed)
      return
    }
    this.#deps.logger.info({ pod: observed.name, namespace: observed.namespace }, 'removing a pod that has no object')
    const { uid, namespace, name, node } = observed
    const orphan: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { uid, namespace, name },
      spec: { nodeName: node, containers: [] },
    }
    const added = this.#addWorker(orphan)
    added.changed(observed)
    added.update(undefined)
  }

  /** What was just being started when its node failed, or was left by an engine that ended meanwhile. */
  #killOnFailedNode({ uid, name, node }: ObservedPod): void {
    this.#deps.runtime.removePod(uid).catch((error: unknown) => {
      this.#deps.logger.warn({ err: error, pod: name, node }, 'a pod on a failed node is not killed yet')
    })
  }

  readonly #record: RecordEvent = (pod, type, reason, message, container) => {
    const fieldPath = eventFieldPath(pod, container)
    this.#recorder(podSpec(pod).nodeName ?? '').event(
      pod,
      type,
      reason,
      message,
      fieldPath === undefined ? {} : { fieldPath },
    )
  }

  #recorder(host: string): EventRecorder {
    let recorder = this.#recorders.get(host)
    if (!recorder) {
      const { client, clock, logger } = this.#deps
      recorder = createEventRecorder({ client, clock, logger, component: 'kubelet', host })
      this.#recorders.set(host, recorder)
    }
    return recorder
  }
}
