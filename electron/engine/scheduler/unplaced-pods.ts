import { resources } from '../../../shared/api/resources.ts'
import type { EventRecorder } from '../controller/event-recorder.ts'
import type { Informers } from '../controller/informers.ts'
import type { ClusterState } from './cluster-state.ts'
import type { SchedulerProfile } from './config/build-profile.ts'
import type { NodeInfo } from './node-info.ts'
import type { NodeMemory } from './node-memory.ts'
import type { PodInfo } from './pod-info.ts'
import { type Displacing, isEndingByPreemption, preempt } from './preempt.ts'
import { type NodeOutcome, type Preemption, planPreemption } from './preemption.ts'
import type { Placement } from './schedule-pod.ts'
import { type TellDeps, tellUnschedulable } from './tell-unschedulable.ts'

type Unplaced = Extract<Placement, { readonly fits: false }>

export interface PreemptingProfile extends SchedulerProfile {
  readonly recorder: EventRecorder
  readonly victims: NodeMemory<NodeOutcome>
}

export interface UnplacedDeps extends TellDeps {
  readonly informers: Informers
  readonly random: () => number
}

/**
 * What becomes of pods that fit nowhere.
 * - Each is told why, by an event and its condition.
 * - Where that makes room for it, pods of lower priority are ended in the background, and the pod waits for their node
 *   (status.nominatedNodeName).
 */
export class UnplacedPods {
  readonly #deps: UnplacedDeps
  readonly #state: ClusterState
  readonly #retry: (uid: string) => void
  readonly #preempting = new Map<string, 'waits' | 'woken'>()

  /** `retry` has a pod tried again. */
  constructor(deps: UnplacedDeps, state: ClusterState, retry: (uid: string) => void) {
    this.#deps = deps
    this.#state = state
    this.#retry = retry
  }

  /** Such a pod need not be tried now: it is tried again when they are ended. */
  isEndingVictimsFor(uid: string): boolean {
    if (!this.#preempting.has(uid)) return false
    this.#preempting.set(uid, 'woken')
    return true
  }

  tell(info: PodInfo, placement: Unplaced, profile: PreemptingProfile): void {
    const preemption = this.#preemptionFor(info, placement, profile)
    const { node } = preemption
    const why = 'message' in preemption ? ` preemption: ${preemption.message}` : ''
    const message = `${placement.message}${why}`
    profile.recorder.event(info.pod, 'Warning', 'FailedScheduling', message)
    const isKnown = node === this.#state.nominations.nodeOf(info.uid)
    void tellUnschedulable(this.#deps, info, isKnown ? { message } : { message, nominatedNodeName: node ?? null })
    if (node === undefined) this.#state.nominations.drop(info.uid)
    else if (!isKnown) this.#state.nominations.set(info, node)
    if (!('victims' in preemption)) return
    const displaced = this.#state.nominations.lesser(info, preemption.node)
    for (const { uid } of displaced) this.#state.nominations.drop(uid)
    void this.#preempt(info, { ...preemption, displaced }, profile)
  }

  /** What to do; `node` is the one that the pod waits for from now on. */
  #preemptionFor(info: PodInfo, { preemptible }: Unplaced, { plugins, preemption, victims }: PreemptingProfile) {
    const node = this.#state.nominations.nodeOf(info.uid)
    if (this.#state.nodes.length === 0 || preemption === undefined) return { node }
    if (info.pod.spec?.preemptionPolicy === 'Never') {
      return { node, message: 'not eligible due to preemptionPolicy=Never.' }
    }
    const awaited = this.#state.node(node ?? '')
    if (awaited !== undefined && isBeingEmptied(info, awaited) && preemptible.includes(awaited)) {
      return { node, message: 'not eligible due to a terminating pod on the nominated node.' }
    }
    return planPreemption(plugins, {
      pod: info,
      cluster: this.#state,
      nodes: preemptible,
      budgets: this.#deps.informers.of(resources.podDisruptionBudgets).list(),
      random: this.#deps.random,
      memory: victims,
      limits: preemption,
    })
  }

  async #preempt(info: PodInfo, plan: Preemption & Displacing, { recorder }: PreemptingProfile): Promise<void> {
    const { client, clock, logger } = this.#deps
    this.#preempting.set(info.uid, 'waits')
    let again = false
    try {
      await preempt({ client, clock, recorder }, info.pod, plan)
    } catch (error) {
      logger.warn({ err: error, pod: info.key }, 'preemption failed')
      again = true
    } finally {
      again ||= this.#preempting.get(info.uid) === 'woken'
      this.#preempting.delete(info.uid)
      if (again) this.#retry(info.uid)
    }
  }
}

/** Pods that it had ended are still on their way out. */
function isBeingEmptied(info: PodInfo, node: NodeInfo): boolean {
  for (const { priority, pod } of node.pods.values()) {
    if (priority < info.priority && isEndingByPreemption(pod)) return true
  }
  return false
}
