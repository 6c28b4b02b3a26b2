import { type KubeObject, objectKey } from '../../../../shared/api/object.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import { type Controller, owning, runController } from '../../controller/controller.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { type ApiServerAddress, type SystemObject, systemObjects } from './system-objects.ts'

export interface BootstrapDeps extends ControllerDeps {
  readonly apiServer: ApiServerAddress
}

/** Creates the system namespaces, priority classes and the Service `kubernetes`, and brings back what gets lost. */
export function startBootstrapController(deps: BootstrapDeps): Controller {
  const wanted = new Map(systemObjects(deps.apiServer).map((entry) => [keyOf(entry), entry]))
  const informers = new Map([...wanted.values()].map(({ ref }) => [ref, deps.informers.of(ref)]))
  const controller = runController({
    ...deps,
    name: 'bootstrap',
    workers: 1,
    informers: [...informers.values()],
    async reconcile(_, { key }) {
      const entry = wanted.get(key)
      if (entry !== undefined) await ensure(deps, entry, informers.get(entry.ref)?.get(objectKey(entry.object)))
      return undefined
    },
  })
  const subscriptions: Disposable[] = []
  for (const [ref, informer] of informers) {
    const restore = (object: KubeObject) => {
      const key = keyOf({ ref, object })
      if (wanted.has(key)) controller.queue.add(key)
    }
    subscriptions.push(informer.onChange({ updated: (_, object) => restore(object), deleted: restore }))
  }
  for (const key of wanted.keys()) controller.queue.add(key)
  return owning(controller, subscriptions)
}

async function ensure({ client }: ControllerDeps, entry: SystemObject, current: KubeObject | undefined): Promise<void> {
  const { ref, object, enforced } = entry
  const resource = client.resource(ref)
  if (current === undefined) {
    try {
      await resource.create(object)
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error
    }
    return
  }
  if (!enforced || includes(current, object)) return
  const { labels } = object.metadata
  await resource.update({
    ...current,
    ...object,
    metadata: { ...current.metadata, labels: { ...current.metadata.labels, ...labels } },
  })
}

function includes(current: KubeObject, wanted: KubeObject): boolean {
  const fields = Object.entries(wanted).filter(([field]) => field !== 'metadata')
  const labels = Object.entries(wanted.metadata.labels ?? {})
  return (
    labels.every(([key, value]) => current.metadata.labels?.[key] === value) &&
    fields.every(([field, value]) => semanticEqual((current as unknown as Record<string, unknown>)[field], value))
  )
}

/** Keys of different resources in one queue: "services:default/kubernetes". */
function keyOf({ ref, object }: Pick<SystemObject, 'ref' | 'object'>): string {
  return `${ref.resource}:${objectKey(object)}`
}
