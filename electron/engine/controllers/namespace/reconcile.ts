import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Namespace } from '../../../../shared/api/types/core-v1.ts'
import type { DiscoveredResource, Discovery } from '../../client/discovery.ts'
import { type Controller, owning, type ReconcileResult, runController } from '../../controller/controller.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { messageOf } from '../workload/pod-control.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { type Remaining, terminatingConditions } from './plan.ts'

const FINALIZER = 'kubernetes'
/** How long to wait for contents that wait for a grace period or a finalizer, unless an event comes first. */
const RECHECK_MS = 5000

export interface NamespaceControllerDeps extends ControllerDeps {
  readonly discovery: Discovery
}

/**
 * Empties namespaces that are being deleted.
 * - Pods first, so that nothing they use goes before they have stopped; then every other resource, custom ones too.
 * - The namespace goes when nothing is left in it; until then its conditions say what it waits for.
 */
export function startNamespaceController(deps: NamespaceControllerDeps): Controller {
  const namespaces = deps.informers.of(resources.namespaces)
  const pods = deps.informers.of(resources.pods)
  const controller = runController({
    ...deps,
    name: 'namespace',
    informers: [namespaces, pods],
    async reconcile(_, { key }) {
      const namespace = namespaces.get(key)
      if (namespace?.metadata.deletionTimestamp === undefined) return undefined
      return empty(deps, namespace)
    },
  })
  const enqueue = (namespace: Namespace) => {
    if (namespace.metadata.deletionTimestamp !== undefined) controller.queue.add(objectKey(namespace))
  }
  const subscriptions = [
    namespaces.onChange({ added: enqueue, updated: (_, namespace) => enqueue(namespace) }),
    pods.onChange({
      deleted({ metadata }) {
        const namespace = namespaces.get(metadata.namespace ?? '')
        if (namespace !== undefined) enqueue(namespace)
      },
    }),
  ]
  return owning(controller, subscriptions)
}

async function empty(deps: NamespaceControllerDeps, namespace: Namespace): Promise<ReconcileResult | undefined> {
  if (!namespace.spec?.finalizers?.includes(FINALIZER)) return undefined
  const name = namespace.metadata.name ?? ''
  const deletable = deps.discovery
    .resources()
    .filter(({ namespaced, verbs }) => namespaced && verbs.has('delete') && verbs.has('list'))
  const isPods = ({ group, resource }: DiscoveredResource) => group === '' && resource === 'pods'
  let remaining = await deleteContents(deps, name, deletable.filter(isPods))
  if (remaining.resources.size === 0 && remaining.failures.length === 0) {
    remaining = await deleteContents(
      deps,
      name,
      deletable.filter((resource) => !isPods(resource)),
    )
  }
  const conditions = terminatingConditions(namespace.status?.conditions ?? [], remaining, deps.clock.now())
  const status = { ...namespace.status, phase: 'Terminating', conditions }
  const done = remaining.resources.size === 0 && remaining.failures.length === 0
  const client = deps.client.resource(resources.namespaces)
  try {
    let current = namespace
    if (!semanticEqual(namespace.status, status)) current = await client.updateStatus({ ...namespace, status })
    if (!done) return { requeueAfterMs: RECHECK_MS }
    const finalizers = current.spec?.finalizers?.filter((finalizer) => finalizer !== FINALIZER) ?? []
    const body = { metadata: { resourceVersion: current.metadata.resourceVersion }, spec: { finalizers } }
    await client.patch({ name }, { type: 'application/merge-patch+json', subresource: 'finalize', body })
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
  return undefined
}

async function deleteContents(
  { client }: ControllerDeps,
  namespace: string,
  deletable: readonly DiscoveredResource[],
): Promise<Remaining> {
  const left = new Map<string, number>()
  const finalizers = new Map<string, number>()
  const failures: string[] = []
  for (const resource of deletable) {
    const contents = client.resource(resource)
    try {
      if ((await contents.list({ namespace })).items.length === 0) continue
      await contents.deleteCollection({ namespace }, { propagationPolicy: 'Background' })
      const { items } = await contents.list({ namespace })
      if (items.length > 0) left.set(`${resource.resource}.${resource.group}`, items.length)
      for (const finalizer of items.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
      }
    } catch (error) {
      failures.push(messageOf(error))
    }
  }
  return { resources: left, finalizers, failures }
}
