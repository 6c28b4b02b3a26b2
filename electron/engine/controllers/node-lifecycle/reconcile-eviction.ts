import { objectKey } from '../../../../shared/api/object.ts'
import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { Node, Pod, Taint } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, owning, type ReconcileResult, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { withDisruption } from '../workload/disruption.ts'
import { mayStayMs } from './eviction-plan.ts'
import { addNodeIndex } from './reconcile.ts'

/**
 * Deletes pods from nodes with NoExecute taints that they don't tolerate, or not for that long.
 * - `tolerationSeconds` counts engine time from when the taint was first seen; a taint that goes cancels the eviction.
 */
export function startTaintEvictionController(deps: ControllerDeps): Controller {
  const nodes = deps.informers.of(resources.nodes)
  const pods = deps.informers.of(resources.pods)
  addNodeIndex(pods)
  const recorder = createEventRecorder({ ...deps, component: 'taint-eviction-controller' })
  const state: State = { deps, nodes, pods, recorder, since: new Map() }
  const controller = runController({
    ...deps,
    name: 'taint-eviction',
    informers: [nodes, pods],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const enqueue = (pod: Pod) => controller.queue.add(objectKey(pod))
  const enqueueOn = (node: Node) => {
    for (const pod of pods.byIndex('node', node.metadata.name ?? '')) enqueue(pod)
  }
  const subscriptions = [
    nodes.onChange({
      added(node) {
        if (noExecute(node).length > 0) enqueueOn(node)
      },
      updated(before, node) {
        if (noExecute(before).length > 0 || noExecute(node).length > 0) enqueueOn(node)
      },
    }),
    pods.onChange({
      added: enqueue,
      updated(before, pod) {
        if (before.spec !== pod.spec) enqueue(pod)
      },
      deleted: (pod) => state.since.delete(objectKey(pod)),
    }),
  ]
  return owning(controller, subscriptions, recorder)
}

interface State {
  readonly deps: ControllerDeps
  readonly nodes: Informer<Node>
  readonly pods: Informer<Pod>
  readonly recorder: EventRecorder
  /** Engine time at which a pod's eviction began to be waited for, by pod. */
  readonly since: Map<string, number>
}

async function reconcile(state: State, key: string): Promise<ReconcileResult | undefined> {
  const pod = state.pods.get(key)
  if (pod?.spec?.nodeName === undefined || pod.metadata.deletionTimestamp !== undefined) {
    state.since.delete(key)
    return undefined
  }
  const node = state.nodes.get(pod.spec.nodeName)
  const taints = node === undefined ? [] : noExecute(node)
  const stayMs = mayStayMs(taints, pod.spec.tolerations ?? [])
  if (taints.length === 0 || stayMs === Number.POSITIVE_INFINITY) {
    if (state.since.delete(key)) say(state, pod, `Cancelling deletion of Pod ${key}`)
    return undefined
  }
  const now = state.deps.clock.monotonicMs()
  const since = state.since.get(key) ?? now
  state.since.set(key, since)
  const leftMs = since + stayMs - now
  if (leftMs > 0) return { requeueAfterMs: leftMs }
  say(state, pod, `Marking for deletion Pod ${key}`)
  await evict(state.deps, pod)
  return undefined
}

async function evict({ client, clock }: ControllerDeps, pod: Pod): Promise<void> {
  const pods = client.resource(resources.pods)
  const { name = '', namespace, uid = '' } = pod.metadata
  const message = 'Taint manager: deleting due to NoExecute taint'
  try {
    if (!isPodTerminal(pod)) {
      const why = { reason: 'DeletionByTaintManager', message }
      await pods.updateStatus(withDisruption(pod, why, timestamp(clock.now())))
    }
    await pods.delete({ name, namespace }, { preconditions: { uid } })
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
}

function say({ recorder }: State, pod: Pod, message: string): void {
  recorder.event(pod, 'Normal', 'TaintManagerEviction', message)
}

function noExecute(node: Node): readonly Taint[] {
  return (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
}
