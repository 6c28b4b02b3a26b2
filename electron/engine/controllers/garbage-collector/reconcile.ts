import type { KubeObject } from '../../../../shared/api/object.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { OwnerReference } from '../../../../shared/api/types/meta-v1.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import { LruMap } from '../../../../shared/lang/lru-map.ts'
import type { DiscoveredResource, Discovery } from '../../client/discovery.ts'
import { type Controller, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { FOREGROUND, type GraphNode, ORPHAN, OwnerGraph, ownersOf, uidOf, waitsFor } from './graph.ts'
import { type OwnerState, planGarbage } from './plan.ts'

export interface GarbageCollectorDeps extends ControllerDeps {
  readonly discovery: Discovery
}

/** So many owners that are gone are remembered (absentOwnerCacheSize): all their dependents ask for them. */
const MAX_ABSENT = 500

/** Owners may be looked up while the cache of their kind is not there; these kinds are never owners and never owned. */
const IGNORED = new Set(['events', 'events.events.k8s.io'])

/**
 * Deletes objects whose owners are all gone, by ownerReferences, over every resource, custom ones too.
 * - Background, foreground and orphan deletion as `propagationPolicy` asked.
 * - An owner counts as gone only after the server said so; a kind that isn't served counts as unknown, and its
 *   dependents stay.
 * - Deletes and patches carry uid and resourceVersion: never an object that changed or was made anew meanwhile.
 */
export function startGarbageCollector(deps: GarbageCollectorDeps): Controller {
  const recorder = createEventRecorder({ ...deps, component: 'garbage-collector-controller' })
  const subscriptions = new DisposableStore()
  const watched = new Map<string, { informer: Informer<KubeObject>; subscription: Disposable }>()
  const graph = new OwnerGraph()
  const observe = (informer: Informer<KubeObject>, resource: DiscoveredResource) =>
    informer.onChange({
      added: (object) => noteChange(state, { resource, object }, undefined),
      updated: (before, object) => noteChange(state, { resource, object }, before),
      deleted: (object) => noteRemoval(state, object),
    })
  const watchAll = () => {
    const served = new Map(collectable(deps.discovery).map((resource) => [nameOf(resource), resource]))
    for (const [name, { informer, subscription }] of watched) {
      if (served.has(name)) continue
      subscription.dispose()
      watched.delete(name)
      deps.informers.drop(informer.ref)
    }
    for (const [name, resource] of served) {
      if (watched.has(name)) continue
      const informer = deps.informers.of<KubeObject>(resource)
      watched.set(name, { informer, subscription: observe(informer, resource) })
    }
  }
  const enqueued: string[] = []
  const absent = new LruMap<true>(MAX_ABSENT)
  const state: State = { deps, graph, recorder, absent, enqueue: (uid) => enqueued.push(uid) }
  watchAll()
  const controller = runController({
    ...deps,
    name: 'garbage-collector',
    workers: 20,
    informers: [...watched.values()].map(({ informer }) => informer),
    reconcile: (_, { key }) => reconcile(state, key),
  })
  for (const uid of enqueued) controller.queue.add(uid)
  state.enqueue = (uid) => controller.queue.add(uid)
  subscriptions.add(
    deps.discovery.onChange(() => {
      watchAll()
      // Owners of kinds that are served only now can be looked up now.
      for (const { object } of graph.nodes()) if (hasUnseenOwner(graph, object)) state.enqueue(uidOf(object))
    }),
  )
  return {
    ...controller,
    dispose() {
      subscriptions.dispose()
      for (const { subscription } of watched.values()) subscription.dispose()
      controller.dispose()
      recorder.dispose()
    },
  }
}

interface State {
  readonly deps: GarbageCollectorDeps
  readonly graph: OwnerGraph
  readonly recorder: EventRecorder
  /** As references name them: an owner whose uid is gone never comes back. */
  readonly absent: LruMap<true>
  enqueue: (uid: string) => void
}

function collectable(discovery: Discovery): DiscoveredResource[] {
  return discovery
    .resources()
    .filter(({ verbs }) => verbs.has('delete') && verbs.has('list') && verbs.has('watch'))
    .filter((resource) => !IGNORED.has(nameOf(resource)))
}

function nameOf({ group, resource }: DiscoveredResource): string {
  return group === '' ? resource : `${resource}.${group}`
}

function noteChange(state: State, node: GraphNode, before: KubeObject | undefined): void {
  const { graph, enqueue } = state
  const { object } = node
  graph.put(node)
  const uid = uidOf(object)
  if (waitsFor(object, FOREGROUND) || waitsFor(object, ORPHAN)) enqueue(uid)
  else if (before === undefined ? hasUnseenOwner(graph, object) : ownersChanged(before, object)) enqueue(uid)
  // An owner that waits for this object may have one less to wait for.
  for (const owner of before === undefined ? ownersOf(object) : [...ownersOf(before), ...ownersOf(object)]) {
    const known = graph.get(owner.uid)
    if (known === undefined || !waitsFor(known.object, FOREGROUND)) continue
    enqueue(owner.uid)
    enqueue(uid)
  }
}

function noteRemoval({ graph, enqueue }: State, object: KubeObject): void {
  const uid = uidOf(object)
  graph.remove(object)
  for (const dependent of graph.dependentsOf(uid)) enqueue(uidOf(dependent.object))
  for (const { uid: owner } of ownersOf(object)) {
    const known = graph.get(owner)
    if (known !== undefined && waitsFor(known.object, FOREGROUND)) enqueue(owner)
  }
}

function hasUnseenOwner(graph: OwnerGraph, object: KubeObject): boolean {
  return ownersOf(object).some(({ uid }) => {
    const owner = graph.get(uid)
    return owner === undefined || isElsewhere(owner, object)
  })
}

function ownersChanged(before: KubeObject, after: KubeObject): boolean {
  const print = (object: KubeObject) =>
    ownersOf(object)
      .map(({ uid }) => uid)
      .join()
  return print(before) !== print(after)
}

/** A namespaced owner in another namespace than its dependent owns nothing. */
function isElsewhere({ resource, object }: GraphNode, dependent: KubeObject): boolean {
  return resource.namespaced && object.metadata.namespace !== dependent.metadata.namespace
}

async function reconcile(state: State, uid: string): Promise<undefined> {
  const node = state.graph.get(uid)
  if (node === undefined) return
  const dependents = state.graph.dependentsOf(uid)
  const states = new Map<string, OwnerState>()
  for (const owner of ownersOf(node.object)) states.set(owner.uid, await ownerState(state, node, owner))
  const plan = planGarbage(
    node.object,
    dependents.map(({ object }) => object),
    (owner) => states.get(owner.uid) ?? 'solid',
  )
  try {
    await apply(state, node, plan)
  } catch (error) {
    // Gone, or made anew under the same name: either way its event is on its way.
    if (!isApiError(error, 'NotFound')) throw error
  }
}

async function apply(state: State, node: GraphNode, plan: ReturnType<typeof planGarbage>): Promise<void> {
  const { object, resource } = node
  const { name = '', namespace, uid = '', resourceVersion = '' } = object.metadata
  switch (plan.action) {
    case 'keep':
      return
    case 'delete':
      await state.deps.client
        .resource(resource)
        .delete({ name, namespace }, { propagationPolicy: plan.propagation, preconditions: { uid, resourceVersion } })
      return
    case 'drop-owners':
      await dropOwners(state, node, new Set(plan.owners))
      return
    case 'remove-finalizer':
      await removeFinalizer(state, node, plan.finalizer)
      return
    case 'collect-dependents':
      for (const dependent of plan.dependents) {
        if (dependent.metadata.deletionTimestamp === undefined) state.enqueue(uidOf(dependent))
      }
      return
    case 'orphan-dependents':
      for (const dependent of state.graph.dependentsOf(uid)) {
        await dropOwners(state, dependent, new Set([uid])).catch((error: unknown) => {
          if (!isApiError(error, 'NotFound')) throw error
        })
      }
      await removeFinalizer(state, node, ORPHAN)
      return
  }
}

async function ownerState(state: State, node: GraphNode, owner: OwnerReference): Promise<OwnerState> {
  const known = state.graph.get(owner.uid)
  if (known !== undefined && !isElsewhere(known, node.object)) {
    return waitsFor(known.object, FOREGROUND) ? 'waiting' : 'solid'
  }
  const kind = state.deps.discovery.findKind(owner.apiVersion, owner.kind)
  const { namespace } = node.object.metadata
  // A kind that nobody serves, or an owner that can't be where its dependent is not: unknown, so nothing is deleted.
  if (kind === undefined) return 'solid'
  if (known !== undefined || (kind.namespaced && !namespace)) warnInvalidNamespace(state, node, owner)
  if (kind.namespaced && !namespace) return 'solid'
  const id = [owner.apiVersion, owner.kind, kind.namespaced ? namespace : '', owner.name, owner.uid].join('/')
  if (state.absent.get(id)) return 'absent'
  const found = await find(state, kind, owner.name, kind.namespaced ? namespace : undefined)
  if (found?.metadata.uid === owner.uid) return waitsFor(found, FOREGROUND) ? 'waiting' : 'solid'
  state.absent.set(id, true)
  return 'absent'
}

async function find({ deps }: State, kind: DiscoveredResource, name: string, namespace: string | undefined) {
  try {
    return await deps.client.resource(kind).get(name, namespace)
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined
    throw error
  }
}

function warnInvalidNamespace({ recorder }: State, { object }: GraphNode, owner: OwnerReference): void {
  const { namespace = '' } = object.metadata
  const place = namespace === '' ? '' : ` namespace: ${namespace},`
  const identity = `[${owner.apiVersion}/${owner.kind},${place} name: ${owner.name}, uid: ${owner.uid}]`
  const message = `ownerRef ${identity} does not exist in namespace "${namespace}"`
  recorder.event(object, 'Warning', 'OwnerRefInvalidNamespace', message)
}

async function dropOwners(state: State, node: GraphNode, owners: ReadonlySet<string>): Promise<void> {
  await patchMetadata(state, node, {
    ownerReferences: ownersOf(node.object).filter(({ uid }) => !owners.has(uid)),
  })
}

async function removeFinalizer(state: State, node: GraphNode, finalizer: string): Promise<void> {
  const { finalizers = [] } = node.object.metadata
  await patchMetadata(state, node, { finalizers: finalizers.filter((name) => name !== finalizer) })
}

async function patchMetadata({ deps }: State, { resource, object }: GraphNode, metadata: object): Promise<void> {
  const { name = '', namespace, resourceVersion, uid } = object.metadata
  const body = { metadata: { uid, resourceVersion, ...metadata } }
  await deps.client.resource(resource).patch({ name, namespace }, { type: 'application/merge-patch+json', body })
}
