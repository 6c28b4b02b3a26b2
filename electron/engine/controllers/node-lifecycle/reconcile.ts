import { isPodReady } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { Lease } from '../../../../shared/api/types/coordination-v1.ts'
import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, owning, type ReconcileResult, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import { TokenBucket } from '../../controller/rate-limit.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { Heartbeats } from './heartbeats.ts'
import { changedTaints, disruptionOf, evictionRate, readiness, silentConditions, wouldEvict, zoneOf } from './plan.ts'
import { Zones } from './zones.ts'

const MONITOR_MS = 5000

/**
 * Notices nodes that stopped posting, and says so with conditions and taints.
 * - A node is silent after 50 s of engine time without a heartbeat; an engine that slept starts counting anew.
 * - When every node of the cluster fails at once the fault is more likely ours: nothing is evicted.
 * - At most one node in ten seconds starts to be evicted, fewer or none while most of its zone fails.
 * - Pods of a failed node stop being ready, so that Services leave them out.
 */
export function startNodeLifecycleController(
  deps: ControllerDeps & { readonly nodeGraceMs?: number | undefined },
): Controller {
  const nodes = deps.informers.of(resources.nodes)
  const leases = deps.informers.of(resources.leases)
  const pods = deps.informers.of(resources.pods)
  addNodeIndex(pods)
  const recorder = createEventRecorder({ ...deps, component: 'node-controller' })
  const state: State = {
    deps,
    nodes,
    leases,
    pods,
    recorder,
    heartbeats: new Heartbeats(deps.clock, deps.nodeGraceMs),
    zones: new Zones(),
    evictions: new Map(),
    unready: new Set(),
  }
  const controller = runController({
    ...deps,
    name: 'node-lifecycle',
    informers: [nodes, leases, pods],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const subscriptions = [
    nodes.onChange({
      added(node) {
        state.zones.put(node)
        controller.queue.add(node.metadata.name ?? '')
      },
      updated(before, node) {
        state.zones.put(node)
        controller.queue.add(node.metadata.name ?? '')
        // The last one to fail means that no pod is to be evicted from the others either.
        if (readiness(before) !== 'True' || readiness(node) === 'True' || state.zones.someReady) return
        for (const { metadata } of nodes.list()) controller.queue.add(metadata.name ?? '')
      },
      deleted({ metadata }) {
        state.zones.remove(metadata.name ?? '')
        state.heartbeats.forget(metadata.name ?? '')
        state.unready.delete(metadata.name ?? '')
      },
    }),
    leases.onChange({
      updated(_, { metadata }) {
        // A silent node's first heartbeat is worth a look at once; the others are seen by the next one.
        if (metadata.namespace !== 'kube-node-lease' || !state.unready.has(metadata.name ?? '')) return
        controller.queue.add(metadata.name ?? '')
      },
    }),
  ]
  return owning(controller, subscriptions, recorder)
}

/** Adds the index "node" of pods. */
export function addNodeIndex(pods: Informer<Pod>): void {
  pods.addIndex('node', ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []))
}

interface State {
  readonly deps: ControllerDeps
  readonly nodes: Informer<Node>
  readonly leases: Informer<Lease>
  readonly pods: Informer<Pod>
  readonly recorder: EventRecorder
  readonly heartbeats: Heartbeats
  readonly zones: Zones
  /** By zone. */
  readonly evictions: Map<string, { readonly rate: number; readonly bucket: TokenBucket }>
  /** Nodes whose pods were told that they are not ready. */
  readonly unready: Set<string>
}

async function reconcile(state: State, name: string): Promise<ReconcileResult | undefined> {
  const known = state.nodes.get(name)
  if (known === undefined) return undefined
  const untilSilentMs = state.heartbeats.untilSilentMs(known, state.leases.get(`kube-node-lease/${name}`))
  const node = untilSilentMs === 0 ? await silence(state, known) : known
  await taint(state, node)
  const ready = readiness(node)
  if (ready === 'True') state.unready.delete(name)
  else if (ready !== undefined && !state.unready.has(name)) {
    await markPodsNotReady(state, node)
    state.unready.add(name)
  }
  return { requeueAfterMs: Math.min(MONITOR_MS, untilSilentMs || MONITOR_MS) }
}

async function silence(state: State, node: Node): Promise<Node> {
  const conditions = silentConditions(node, state.deps.clock.now())
  if (conditions === node.status?.conditions) return node
  const status = { ...node.status, conditions }
  return state.deps.client.resource(resources.nodes).updateStatus({ ...node, status })
}

async function taint(state: State, node: Node): Promise<void> {
  const taints = changedTaints(node, evictionOf(state, node), state.deps.clock.now())
  if (taints === undefined) return
  const { name = '', resourceVersion } = node.metadata
  const body = { metadata: { resourceVersion }, spec: { taints } }
  await state.deps.client.resource(resources.nodes).patch({ name }, { type: 'application/merge-patch+json', body })
}

function evictionOf(state: State, node: Node): 'allowed' | 'later' | 'never' {
  if (!state.zones.someReady) return 'never'
  if (!wouldEvict(node)) return 'later'
  const zone = state.zones.of(node)
  const rate = evictionRate(disruptionOf(zone), zone.nodes)
  return limiterOf(state, zoneOf(node), rate).tryTake() ? 'allowed' : 'later'
}

/** A change of the rate is no leave to go at once: a bucket that was empty begins empty. */
function limiterOf({ evictions, deps }: State, zone: string, rate: number): TokenBucket {
  const before = evictions.get(zone)
  if (before?.rate === rate) return before.bucket
  const bucket = new TokenBucket(deps.clock, { perSecond: rate, burst: 1 })
  if (rate === 0 || (before && !before.bucket.tryTake())) bucket.tryTake()
  evictions.set(zone, { rate, bucket })
  return bucket
}

async function markPodsNotReady(state: State, node: Node): Promise<void> {
  const { name = '' } = node.metadata
  state.recorder.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
  const pods = state.deps.client.resource(resources.pods)
  const at = timestamp(state.deps.clock.now())
  for (const pod of state.pods.byIndex('node', name)) {
    if (!isPodReady(pod)) continue
    const conditions = pod.status?.conditions?.map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: at } : condition,
    )
    try {
      await pods.updateStatus({ ...pod, status: { ...pod.status, conditions } })
      state.recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
    }
  }
}
