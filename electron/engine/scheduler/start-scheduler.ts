import { isDeepStrictEqual } from 'node:util'
import { type KubeObject, splitKey } from '../../../shared/api/object.ts'
import { isPodTerminal } from '../../../shared/api/pod-state.ts'
import { resources } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import type { Binding, Pod } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import { type Disposable, DisposableStore } from '../../../shared/lang/disposable.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client } from '../client/client.ts'
import { createEventRecorder } from '../controller/event-recorder.ts'
import type { Informers } from '../controller/informers.ts'
import { bindVolumes } from './bind-volumes.ts'
import { ClusterState } from './cluster-state.ts'
import { buildProfile } from './config/build-profile.ts'
import { DEFAULT_CONFIGURATION, type SchedulerConfiguration } from './config/scheduler-configuration.ts'
import { NodeMemory } from './node-memory.ts'
import type { Rejection } from './node-trial.ts'
import { type PodInfo, podInfo } from './pod-info.ts'
import { schedulePod } from './schedule-pod.ts'
import { SchedulingQueue } from './scheduling-queue.ts'
import { OBSERVED, STORAGE, surroundingsOf } from './surroundings.ts'
import { type PreemptingProfile, UnplacedPods } from './unplaced-pods.ts'

/** As many bindings may be under way at once; placing goes on meanwhile. */
const MAX_BINDINGS = 256
/** So many pods are placed before other work of the process gets its turn. */
const PODS_PER_TURN = 50

export interface SchedulerDeps {
  readonly client: Client
  readonly informers: Informers
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly configuration?: SchedulerConfiguration
}

/** A profile with what its scheduling of pods leaves behind for the next. */
interface Profile extends PreemptingProfile {
  readonly verdicts: NodeMemory<Rejection | undefined>
}

/**
 * Places pods without a node on nodes.
 * - One pod at a time, each seeing the placements before it, bound or not.
 * - Event-driven: a rejected pod is tried again when something changed that may help it.
 * - Correct by the API: a binding that fails returns the pod to the queue and its place to the node.
 */
export function startScheduler(deps: SchedulerDeps): Disposable {
  const scheduler = new Scheduler(deps)
  scheduler.start()
  return scheduler
}

class Scheduler implements Disposable {
  readonly #deps: SchedulerDeps
  readonly #state: ClusterState
  readonly #queue: SchedulingQueue
  /** By spec.schedulerName: pods of other schedulers are left alone. */
  readonly #profiles = new Map<string, Profile>()
  readonly #unplaced: UnplacedPods
  readonly #configuration: SchedulerConfiguration
  readonly #disposables = new DisposableStore()
  #bindings = 0
  #startIndex = 0
  #turnScheduled = false
  #synced = false
  #disposed = false

  constructor(deps: SchedulerDeps) {
    this.#deps = deps
    const { client, clock, logger, configuration = DEFAULT_CONFIGURATION } = deps
    this.#configuration = configuration
    this.#state = new ClusterState(surroundingsOf(deps.informers))
    const { podInitialBackoffSeconds, podMaxBackoffSeconds } = configuration
    const backoff = { initialMs: podInitialBackoffSeconds * 1000, maximumMs: podMaxBackoffSeconds * 1000 }
    this.#queue = this.#disposables.add(new SchedulingQueue(clock, backoff, () => this.#scheduleTurn()))
    this.#unplaced = new UnplacedPods(deps, this.#state, (uid) => this.#queue.retry(uid))
    for (const profile of configuration.profiles.map(buildProfile)) {
      const component = profile.schedulerName
      const recorder = this.#disposables.add(createEventRecorder({ client, clock, logger, component }))
      this.#profiles.set(component, { ...profile, recorder, verdicts: new NodeMemory(), victims: new NodeMemory() })
    }
  }

  start(): void {
    const nodes = this.#deps.informers.of(resources.nodes)
    const pods = this.#deps.informers.of(resources.pods)
    this.#disposables.add(
      nodes.onChange({
        added: (node) => {
          this.#state.setNode(node)
          this.#queue.onEvent({ type: 'NodeAdded', node })
        },
        updated: (before, node) => {
          this.#state.setNode(node)
          const labelsChanged = !isDeepStrictEqual(before.metadata.labels, node.metadata.labels)
          this.#queue.onEvent({ type: 'NodeUpdated', node, before, labelsChanged })
        },
        deleted: (node) => {
          this.#state.removeNode(node.metadata.name ?? '')
          this.#queue.onEvent({ type: 'NodeDeleted', node })
        },
      }),
    )
    this.#disposables.add(
      pods.onChange({
        added: (pod) => this.#podChanged(undefined, pod),
        updated: (before, pod) => this.#podChanged(before, pod),
        deleted: (pod) => this.#podGone(pod),
      }),
    )
    for (const ref of STORAGE) {
      const changed = (object: KubeObject) => this.#queue.onEvent({ type: 'StorageChanged', object })
      const updated = (_before: KubeObject, object: KubeObject) => changed(object)
      this.#disposables.add(this.#deps.informers.of<KubeObject>(ref).onChange({ added: changed, updated }))
    }
    const others = OBSERVED.map((ref) => this.#deps.informers.of<KubeObject>(ref).synced())
    void Promise.all([nodes.synced(), pods.synced(), ...others]).then(() => {
      this.#synced = true
      this.#scheduleTurn()
    })
  }

  dispose(): void {
    this.#disposed = true
    this.#disposables.dispose()
  }

  #podChanged(before: Pod | undefined, pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    if (pod.spec?.nodeName || isPodTerminal(pod)) {
      this.#queue.remove(uid)
      this.#state.nominations.drop(uid)
      this.#state.setPod(pod)
      if (isPodTerminal(pod)) {
        if (before === undefined || !isPodTerminal(before)) this.#tell('PodDeleted', pod)
      } else if (before?.spec?.nodeName) {
        this.#queue.onEvent({ type: 'PodUpdated', pod: podInfo(pod), before: podInfo(before) })
      } else this.#tell('PodAdded', pod)
      return
    }
    const profile = this.#profiles.get(pod.spec?.schedulerName ?? '')
    const waits = profile !== undefined && !pod.metadata.deletionTimestamp
    const gated = profile?.plugins.some((plugin) => plugin.admits?.(pod) === false)
    if (waits && !gated && !this.#state.isPlaced(uid)) this.#queue.put(podInfo(pod))
    else if (!waits) this.#queue.remove(uid)
    if (waits) this.#heedNomination(before, pod)
  }

  /** Room that was made for a pod, before the engine was restarted or by another scheduler's word, is kept for it. */
  #heedNomination(before: Pod | undefined, pod: Pod): void {
    const node = pod.status?.nominatedNodeName
    if (node) this.#state.nominations.set(podInfo(pod), node)
    else if (before?.status?.nominatedNodeName) this.#state.nominations.drop(pod.metadata.uid ?? '')
  }

  #tell(type: 'PodAdded' | 'PodDeleted', pod: Pod): void {
    this.#queue.onEvent({ type, pod: podInfo(pod) })
  }

  #podGone(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    this.#queue.remove(uid)
    this.#state.nominations.drop(uid)
    if (!this.#state.isPlaced(uid)) return
    this.#state.removePod(uid)
    this.#tell('PodDeleted', pod)
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled || this.#disposed || !this.#synced) return
    this.#turnScheduled = true
    setImmediate(() => {
      this.#turnScheduled = false
      this.#turn()
    })
  }

  #turn(): void {
    for (let count = 0; count < PODS_PER_TURN; count++) {
      if (this.#disposed || this.#bindings >= MAX_BINDINGS) return
      const info = this.#queue.take()
      if (info === undefined) return
      this.#tryToPlace(info)
    }
    this.#scheduleTurn()
  }

  /** One pod that cannot be judged must not keep the others, or the engine, from going on. */
  #tryToPlace(info: PodInfo): void {
    const profile = this.#profiles.get(info.pod.spec?.schedulerName ?? '')
    if (profile === undefined) {
      this.#queue.done(info.uid)
      return
    }
    if (this.#unplaced.isEndingVictimsFor(info.uid)) {
      this.#queue.putBack(info.uid)
      return
    }
    try {
      this.#place(info, profile)
    } catch (error) {
      this.#deps.logger.error({ err: error, pod: info.key }, 'a pod could not be scheduled; trying again later')
      this.#queue.reject(info.uid, new Set())
    }
  }

  #place(info: PodInfo, profile: Profile): void {
    const { nodes } = this.#state
    const placement = schedulePod(profile.plugins, {
      pod: info,
      cluster: this.#state,
      startIndex: this.#startIndex,
      random: this.#deps.random,
      memory: profile.verdicts,
      percentageOfNodesToScore: profile.percentageOfNodesToScore ?? this.#configuration.percentageOfNodesToScore,
    })
    if (nodes.length > 0) this.#startIndex = (this.#startIndex + placement.examined) % nodes.length
    if (placement.fits) {
      this.#state.nominations.drop(info.uid)
      this.#state.assume(info.pod, placement.node.name)
      this.#bindings += 1
      void this.#bind(info, placement.node.name, profile)
    } else {
      this.#queue.reject(info.uid, placement.rejectedBy)
      this.#unplaced.tell(info, placement, profile)
    }
  }

  async #bind(info: PodInfo, node: string, profile: Profile): Promise<void> {
    const { namespace, name } = splitKey(info.key)
    const binding: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid: info.uid },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    }
    try {
      if (!(await this.#bindVolumes(info, node, profile))) return
      await this.#deps.client.resource(resources.pods).createSubresource({ namespace, name }, 'binding', binding)
      this.#queue.done(info.uid)
      profile.recorder.event(info.pod, 'Normal', 'Scheduled', `Successfully assigned ${info.key} to ${node}`)
    } catch (error) {
      this.#state.removePod(info.uid)
      if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) this.#queue.remove(info.uid)
      else {
        this.#deps.logger.warn({ err: error, pod: info.key, node }, 'binding failed')
        this.#queue.reject(info.uid, new Set())
      }
    } finally {
      this.#bindings -= 1
      this.#scheduleTurn()
    }
  }

  /** False when the pod has to be placed anew: a volume was taken meanwhile, or did not come. */
  async #bindVolumes(info: PodInfo, name: string, { bindTimeoutMs }: Profile): Promise<boolean> {
    const chosen = this.#state.node(name)
    if (chosen === undefined || bindTimeoutMs === undefined) return true
    try {
      await bindVolumes({ ...this.#deps, bindTimeoutMs }, info.pod, chosen.node)
      return true
    } catch (error) {
      this.#deps.logger.debug({ err: error, pod: info.key, node: name }, 'the volumes of a pod are not bound')
      this.#state.removePod(info.uid)
      this.#queue.reject(info.uid, new Set())
      return false
    }
  }
}
