import type { NodeScalingTimings } from '../../../../shared/api/node-timings.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { ConfigMap, Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, owning, type ReconcileContext, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { readiness } from '../node-lifecycle/plan.ts'
import { messageOf } from '../workload/pod-control.ts'
import { drainNode } from './drain-node.ts'
import { judgeNode } from './plan-scale-down.ts'
import { pendingPods, planScaleUp } from './plan-scale-up.ts'
import type { NodeGroup, Placed, ScalableNodes, SimulatePlacement } from './scalable-nodes.ts'

export interface NodeAutoscalerDeps extends ControllerDeps {
  readonly scalableNodes: ScalableNodes
  readonly simulatePlacement: SimulatePlacement
  readonly scalingTimings: NodeScalingTimings
}

/** --initial-node-group-backoff-duration: for so long nothing is added after a node that did not come. */
const BACKOFF_MS = 300_000
/** --max-pod-eviction-time and what pods get to end in (--max-graceful-termination-sec is longer: nobody waits so long here). */
const DRAIN_MS = 120_000
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler'

/** What cluster-autoscaler tells of the cluster is told about this object. */
const STATUS: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'kube-system', name: 'cluster-autoscaler-status' },
}

/**
 * Adds nodes for pods that find no room, and removes them again.
 * - Looks at everything every ten seconds of engine time, and does one thing at a time: add what is missing, else
 *   remove one node that was not needed for ten minutes, or not ready for twenty.
 * - Never fewer or more nodes than the group may have and the machine has room for; after a failure nothing is added
 *   for five minutes.
 * - Nodes are drained through evictions, so that budgets hold; a drain that fails leaves the node as it was.
 */
export function startNodeAutoscaler(deps: NodeAutoscalerDeps): Controller {
  const { informers } = deps
  const recorder = createEventRecorder({ ...deps, component: 'cluster-autoscaler' })
  const scaler = new NodeAutoscaler(deps, recorder)
  const controller = runController({
    ...deps,
    name: 'node-autoscaler',
    informers: [
      informers.of(resources.nodes),
      informers.of(resources.pods),
      informers.of(resources.daemonSets),
      informers.of(resources.podDisruptionBudgets),
    ],
    workers: 1,
    reconcile: async (context) => {
      await scaler.scan(context)
      return { requeueAfterMs: deps.scalingTimings.scanMs }
    },
  })
  controller.queue.add('nodes')
  return owning(controller, [], recorder)
}

/** --enforce-node-group-min-size: nodes up to the group's minimum, as far as the machine has room. */
function missingNodes({ size, min, max, room }: NodeGroup): number {
  return Math.max(0, Math.min(min - size, max - size, room))
}

class NodeAutoscaler {
  readonly #deps: NodeAutoscalerDeps
  readonly #recorder: EventRecorder
  /** Engine time since when a node is not needed. */
  readonly #unneededSince = new Map<string, number>()
  /** What pods were told last, by uid: once is enough. */
  #told = new Map<string, string>()
  #addedMs = Number.NEGATIVE_INFINITY
  #failedMs = Number.NEGATIVE_INFINITY

  constructor(deps: NodeAutoscalerDeps, recorder: EventRecorder) {
    this.#deps = deps
    this.#recorder = recorder
  }

  async scan(context: ReconcileContext): Promise<void> {
    const group = this.#deps.scalableNodes.state()
    if (group === undefined) return
    await this.#untaint(group)
    const placed = this.#placed()
    // When all fail at once, the fault is more likely ours: nothing that is seen means anything.
    if (!placed.nodes.some((node) => readiness(node) === 'True')) return
    if (await this.#scaleUp(group, placed, context)) return
    await this.#scaleDown(group, placed, context)
  }

  #placed(): Placed {
    const { informers } = this.#deps
    return {
      nodes: informers.of(resources.nodes).list(),
      pods: informers.of(resources.pods).list(),
    }
  }

  /** True when nodes were added, or should have been. */
  async #scaleUp(group: NodeGroup, placed: Placed, { signal, logger }: ReconcileContext): Promise<boolean> {
    const { clock, informers, scalableNodes, simulatePlacement: simulate } = this.#deps
    const pending = pendingPods(placed.pods)
    const daemonSets = informers.of(resources.daemonSets).list()
    const plan = planScaleUp({ placed, pending, daemonSets, group, simulate })
    const { helped, unhelped } = plan
    const add = Math.max(plan.add, missingNodes(group))
    const now = clock.monotonicMs()
    const isBackingOff = now - this.#failedMs < BACKOFF_MS
    const refused = isBackingOff
      ? helped.map((pod) => ({ pod, reason: '1 in backoff after failed scale-up' }))
      : unhelped
    this.#tellUnhelped(refused)
    if (add === 0 || isBackingOff) return false
    const { name, size, max } = group
    for (const pod of helped) {
      const message = `pod triggered scale-up: [{${name} ${size}->${size + add} (max: ${max})}]`
      this.#recorder.event(pod, 'Normal', 'TriggeredScaleUp', message)
    }
    const change = `size to ${size + add} instead of ${size} (max: ${max})`
    this.#recorder.event(STATUS, 'Normal', 'ScaledUpGroup', `Scale-up: setting group ${name} ${change}`)
    try {
      for (let count = 0; count < add && !signal.aborted; count++) await scalableNodes.add()
    } catch (error) {
      this.#failedMs = clock.monotonicMs()
      logger.warn({ err: error }, 'no node could be added')
      const message = `Scale-up failed for group ${name}: ${messageOf(error)}`
      this.#recorder.event(STATUS, 'Warning', 'FailedToScaleUpGroup', message)
    }
    this.#addedMs = clock.monotonicMs()
    return true
  }

  #tellUnhelped(unhelped: readonly { readonly pod: Pod; readonly reason: string }[]): void {
    const told = new Map<string, string>()
    for (const { pod, reason } of unhelped) {
      const uid = pod.metadata.uid ?? ''
      told.set(uid, reason)
      if (this.#told.get(uid) === reason) continue
      this.#recorder.event(pod, 'Normal', 'NotTriggerScaleUp', `pod didn't trigger scale-up: ${reason}`)
    }
    this.#told = told
  }

  async #scaleDown(group: NodeGroup, placed: Placed, context: ReconcileContext): Promise<void> {
    const { clock, scalingTimings, informers, simulatePlacement: simulate } = this.#deps
    const now = clock.monotonicMs()
    const budgets = informers.of(resources.podDisruptionBudgets).list()
    const ripe: { readonly node: Node; readonly move: readonly Pod[] }[] = []
    const candidates = placed.nodes.filter(({ metadata }) => group.added.includes(metadata.name ?? ''))
    for (const node of candidates) {
      const name = node.metadata.name ?? ''
      const verdict = judgeNode(node, { placed, budgets, simulate })
      if (verdict.needed !== undefined) {
        this.#unneededSince.delete(name)
        continue
      }
      const since = this.#unneededSince.get(name) ?? now
      this.#unneededSince.set(name, since)
      const { unneededMs, unreadyMs } = scalingTimings
      if (now - since >= (readiness(node) === 'True' ? unneededMs : unreadyMs)) ripe.push({ node, move: verdict.move })
    }
    if (now - this.#addedMs < scalingTimings.delayAfterAddMs) return
    // One that is not ready is replaced, should there be too few then.
    const free = group.size > group.min ? ripe : ripe.filter(({ node }) => readiness(node) !== 'True')
    // Two nodes may each be of no use only while the other is there: the next one is judged anew.
    const [first] = free.toSorted((a, b) => a.move.length - b.move.length)
    if (first) await this.#remove(first.node, first.move, context)
  }

  async #remove(node: Node, move: readonly Pod[], { signal }: ReconcileContext): Promise<void> {
    const { client, clock, scalableNodes } = this.#deps
    const { name = '' } = node.metadata
    this.#unneededSince.delete(name)
    const pods = move.map(({ metadata }) => metadata.name).join(',')
    if (move.length === 0)
      this.#recorder.event(STATUS, 'Normal', 'ScaleDownEmpty', `Scale-down: removing empty node "${name}"`)
    else
      this.#recorder.event(
        STATUS,
        'Normal',
        'ScaleDown',
        `Scale-down: removing node ${name}, pods to reschedule: ${pods}`,
      )
    await this.#setTaint(node, true)
    this.#recorder.event(node, 'Normal', 'ScaleDown', 'marked the node as toBeDeleted/unschedulable')
    const evicting = (pod: Pod) => this.#recorder.event(pod, 'Normal', 'ScaleDown', 'deleting pod for node scale down')
    const options = { timeoutMs: DRAIN_MS, evicting }
    // A silent node ends nothing any more: what was left of it is forgotten with it.
    const left = readiness(node) === 'True' ? await drainNode({ client, clock, signal }, name, options) : []
    if (signal.aborted) return
    if (left.length > 0) {
      this.#recorder.event(node, 'Warning', 'ScaleDownFailed', 'failed to drain the node, aborting ScaleDown')
      await this.#setTaint(await client.resource(resources.nodes).get(name), false)
      return
    }
    await scalableNodes.remove(name)
    this.#recorder.event(node, 'Normal', 'ScaleDown', 'node removed by cluster autoscaler')
  }

  /** Nodes that an engine which ended was about to remove take pods again. */
  async #untaint(group: NodeGroup): Promise<void> {
    for (const node of this.#deps.informers.of(resources.nodes).list()) {
      const isMarked = node.spec?.taints?.some(({ key }) => key === TO_BE_DELETED)
      if (isMarked && group.added.includes(node.metadata.name ?? '')) await this.#setTaint(node, false)
    }
  }

  async #setTaint({ metadata, spec }: Node, isLeaving: boolean): Promise<void> {
    const others = (spec?.taints ?? []).filter(({ key }) => key !== TO_BE_DELETED)
    const value = `${Math.floor(this.#deps.clock.now() / 1000)}`
    const taints = isLeaving ? [...others, { key: TO_BE_DELETED, value, effect: 'NoSchedule' }] : others
    const body = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { taints } }
    const patch = { type: 'application/merge-patch+json', body } as const
    try {
      await this.#deps.client.resource(resources.nodes).patch({ name: metadata.name ?? '' }, patch)
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
    }
  }
}
