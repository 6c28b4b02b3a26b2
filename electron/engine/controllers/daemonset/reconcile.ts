import { compileLabelSelector, isEmptySelector } from '../../../../shared/api/label-selector.ts'
import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import type { ControllerRevision, DaemonSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, isNamespaceTerminating, owning, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import { Expectations } from '../../controller/expectations.ts'
import type { Informer } from '../../controller/informer.ts'
import { addOwnerIndex, controlledBy, orphansIn } from '../../controller/owner-index.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { claim } from '../workload/claim.ts'
import { dependentHandler } from '../workload/owner-resolver.ts'
import { createPodControl, type PodControl, slowStart } from '../workload/pod-control.ts'
import { claimRevisions, syncRevisions, truncateHistory } from '../workload/revisions.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { daemonPod, nodeOf, REVISION_LABEL } from './daemon-pod.ts'
import { daemonSetStatus } from './daemon-status.ts'
import { FailedDaemons } from './failed-daemons.ts'
import type { DaemonState } from './placement.ts'
import { type DaemonPlan, planDaemons } from './plan.ts'

const BURST = 250

/**
 * Runs one pod on every node that fits.
 * - Nodes that come, go, or change labels and taints are followed.
 * - Never two daemons on one node by a stale cache: what it did is expected in the cache before it counts again.
 * - A daemon that ended is replaced; one that keeps failing, after longer and longer waits.
 */
export function startDaemonSetController(deps: ControllerDeps): Controller {
  const sets = deps.informers.of(resources.daemonSets)
  const pods = deps.informers.of(resources.pods)
  const nodes = deps.informers.of(resources.nodes)
  const revisions = deps.informers.of(resources.controllerRevisions)
  addOwnerIndex(pods)
  addOwnerIndex(revisions)
  const recorder = createEventRecorder({ ...deps, component: 'daemonset-controller' })
  const expectations = new Expectations(deps.clock)
  const podControl = createPodControl(deps.client, recorder)
  const failed = new FailedDaemons(deps.clock)
  const state: State = { deps, sets, pods, nodes, revisions, recorder, expectations, podControl, failed }
  const controller = runController({
    ...deps,
    name: 'daemonset',
    informers: [sets, pods, nodes, revisions],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const enqueue = (set: DaemonSet) => controller.queue.add(objectKey(set))
  const enqueueAll = () => {
    for (const set of sets.list()) enqueue(set)
  }
  const forget = (set: DaemonSet) => {
    expectations.forget(objectKey(set))
    failed.forget(set)
    enqueue(set)
  }
  const subscriptions = [
    sets.onChange({ added: enqueue, updated: (_, set) => enqueue(set), deleted: forget }),
    nodes.onChange({
      added: enqueueAll,
      updated(before, after) {
        const placed = (node: Node) => ({ labels: node.metadata.labels, taints: node.spec?.taints })
        if (!semanticEqual(placed(before), placed(after))) enqueueAll()
      },
      deleted: enqueueAll,
    }),
    pods.onChange(
      dependentHandler<Pod, DaemonSet>({
        owners: sets,
        candidates: (pod) => sets.list(pod.metadata.namespace).filter((set) => selects(set, pod)),
        enqueue,
        created: (set) => expectations.creationObserved(objectKey(set)),
        deleted: (set, pod) => expectations.deletionObserved(objectKey(set), objectKey(pod)),
      }),
    ),
  ]
  return owning(controller, subscriptions, recorder)
}

interface State {
  readonly deps: ControllerDeps
  readonly sets: Informer<DaemonSet>
  readonly pods: Informer<Pod>
  readonly nodes: Informer<Node>
  readonly revisions: Informer<ControllerRevision>
  readonly recorder: EventRecorder
  readonly expectations: Expectations
  readonly podControl: PodControl
  readonly failed: FailedDaemons
}

async function reconcile(state: State, key: string): Promise<{ requeueAfterMs?: number } | undefined> {
  const set = state.sets.get(key)
  if (set === undefined) return undefined
  const { client, clock } = state.deps
  const { uid = '', namespace = '', deletionTimestamp } = set.metadata
  if (isEmptySelector(set.spec?.selector)) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.'
    state.recorder.event(set, 'Warning', 'SelectingAll', message)
    return undefined
  }
  if (deletionTimestamp !== undefined) return undefined
  const inSync = state.expectations.satisfied(key)
  const pods = await claim<Pod, DaemonSet>({
    owner: set,
    owners: client.resource(resources.daemonSets),
    dependents: client.resource(resources.pods),
    candidates: [...controlledBy(state.pods, uid), ...orphansIn(state.pods, namespace)],
    matches: (pod) => selects(set, pod),
  })
  const owned = await claimRevisions(client, set, client.resource(resources.daemonSets), state.revisions)
  const history = await syncRevisions(client, set, owned, REVISION_LABEL)
  const hash = history.update.metadata.labels?.[REVISION_LABEL] ?? ''
  const failureWaitMs = (node: string) => state.failed.waitMs(set, node)
  const daemons: DaemonState = { set, nodes: state.nodes.list(), pods, hash, now: clock.now(), failureWaitMs }
  const plan = inSync ? planDaemons(daemons) : undefined
  const failure = plan && (await apply(state, set, plan, hash))
  const status = daemonSetStatus(daemons, { collisionCount: history.collisionCount, inSync })
  if (!semanticEqual(set.status, status)) {
    await client.resource(resources.daemonSets).updateStatus({ ...set, status })
  }
  if (failure !== undefined) throw failure
  const used = new Set(pods.map(({ metadata }) => metadata.labels?.[REVISION_LABEL]))
  const names = history.revisions.filter((revision) => used.has(revision.metadata.labels?.[REVISION_LABEL]))
  const kept = [history.update, ...names].map(({ metadata }) => metadata.name ?? '')
  await truncateHistory(client, set, history.revisions, new Set(kept))
  const { minReadySeconds = 0 } = set.spec ?? {}
  const isWaiting = minReadySeconds > 0 && status.numberReady !== (status.numberAvailable ?? 0)
  const waits = [...(isWaiting ? [minReadySeconds * 1000] : []), ...(plan?.retryMs ? [plan.retryMs] : [])]
  return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : undefined
}

/** Answers the first failure. */
async function apply(state: State, set: DaemonSet, plan: DaemonPlan, hash: string) {
  const { expectations, podControl, recorder } = state
  const key = objectKey(set)
  for (const pod of plan.ended) {
    const failed = pod.status?.phase === 'Failed'
    if (failed) state.failed.removed(set, nodeOf(pod) ?? '')
    const { namespace, name } = pod.metadata
    const what = failed ? 'failed' : 'succeeded'
    const consequence = failed ? 'will try to kill it' : 'will try to delete it'
    const message = `Found ${what} daemon pod ${namespace}/${name} on node ${pod.spec?.nodeName}, ${consequence}`
    recorder.event(set, failed ? 'Warning' : 'Normal', failed ? 'FailedDaemonPod' : 'SucceededDaemonPod', message)
  }
  const create = plan.create.slice(0, BURST)
  const remove = [...new Set([...plan.delete, ...plan.ended])].slice(0, BURST)
  if (create.length === 0 && remove.length === 0) return undefined
  expectations.expect(key, { creations: create.length, deletions: remove.map(objectKey) })
  const { created, error } = await slowStart(create.length, async (index) => {
    try {
      await podControl.create(daemonPod(set, create[index] ?? '', hash), set)
    } catch (failure) {
      if (!isNamespaceTerminating(failure)) throw failure
    }
  })
  for (let skipped = created; skipped < create.length; skipped++) expectations.creationObserved(key)
  let failure = error
  for (const pod of remove) {
    try {
      if (!(await podControl.delete(pod, set))) expectations.deletionObserved(key, objectKey(pod))
    } catch (cause) {
      expectations.deletionObserved(key, objectKey(pod))
      failure ??= cause
    }
  }
  return failure
}

function selects(set: DaemonSet, pod: Pod): boolean {
  return compileLabelSelector(set.spec?.selector)(pod.metadata.labels)
}
