import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { ignoreNotFound } from '../../../../shared/api/status.ts'
import type { Endpoints, Pod, Service } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, owning, runController } from '../../controller/controller.ts'
import type { Informer } from '../../controller/informer.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { desiredEndpoints, OVER_CAPACITY } from './endpoints-plan.ts'
import { addLabelIndex, endpointChanged, hasSelector, podsOf, selectsPod } from './service-pods.ts'
import { TRIGGER_TIME, TriggerTimes } from './trigger-time.ts'

/** Keeps the Endpoints object of every Service with a selector, for clients that don't read EndpointSlices yet. */
export function startEndpointsController(deps: ControllerDeps): Controller {
  const services = deps.informers.of(resources.services)
  const pods = deps.informers.of(resources.pods)
  const endpoints = deps.informers.of(resources.endpoints)
  addLabelIndex(pods)
  const state: State = { deps, services, pods, endpoints, triggerTimes: new TriggerTimes(), deleted: new Set() }
  const controller = runController({
    ...deps,
    name: 'endpoints',
    informers: [services, pods, endpoints],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const enqueue = (object: Service | Endpoints) => controller.queue.add(objectKey(object))
  const enqueuePod = (pod: Pod) => {
    for (const service of services.list(pod.metadata.namespace)) if (selectsPod(service, pod)) enqueue(service)
  }
  const subscriptions = [
    services.onChange({
      added: enqueue,
      updated: (_, service) => enqueue(service),
      deleted(service) {
        state.deleted.add(objectKey(service))
        enqueue(service)
      },
    }),
    pods.onChange({
      added: enqueuePod,
      updated(before, after) {
        if (!endpointChanged(before, after)) return
        enqueuePod(before)
        enqueuePod(after)
      },
      deleted: enqueuePod,
    }),
    endpoints.onChange({ deleted: enqueue }),
  ]
  return owning(controller, subscriptions)
}

interface State {
  readonly deps: ControllerDeps
  readonly services: Informer<Service>
  readonly pods: Informer<Pod>
  readonly endpoints: Informer<Endpoints>
  readonly triggerTimes: TriggerTimes
  /** Keys of Services that were seen to go. */
  readonly deleted: Set<string>
}

async function reconcile(state: State, key: string): Promise<undefined> {
  const service = state.services.get(key)
  const current = state.endpoints.get(key)
  const client = state.deps.client.resource(resources.endpoints)
  if (service === undefined) {
    state.triggerTimes.forget(key)
    const { name = '', namespace } = current?.metadata ?? {}
    const isLeftOver = current !== undefined && (state.deleted.has(key) || isOurs(current))
    if (isLeftOver) await client.delete({ name, namespace }).catch(ignoreNotFound)
    state.deleted.delete(key)
    return
  }
  state.deleted.delete(key)
  if (!hasSelector(service) || service.metadata.deletionTimestamp !== undefined) return
  const selected = podsOf(state.pods, service)
  const wanted = desiredEndpoints(service, selected)
  const triggerTime = state.triggerTimes.next(key, service, selected)
  if (current !== undefined && isUpToDate(current, wanted)) return
  const annotations = { ...wanted.metadata.annotations, ...(triggerTime ? { [TRIGGER_TIME]: triggerTime } : {}) }
  if (current === undefined) {
    await client.create({ ...wanted, metadata: { ...wanted.metadata, annotations } })
    return
  }
  const { [TRIGGER_TIME]: _, [OVER_CAPACITY]: __, ...others } = current.metadata.annotations ?? {}
  const metadata = { ...current.metadata, labels: wanted.metadata.labels, annotations: { ...others, ...annotations } }
  await client.update({ ...wanted, metadata })
}

function isUpToDate(current: Endpoints, wanted: Endpoints): boolean {
  return (
    semanticEqual(current.subsets, wanted.subsets) &&
    semanticEqual(current.metadata.labels, wanted.metadata.labels) &&
    current.metadata.annotations?.[OVER_CAPACITY] === wanted.metadata.annotations?.[OVER_CAPACITY]
  )
}

/** Made here: those that someone wrote by hand go with their Service too, but stay where there never was one. */
function isOurs({ metadata }: Endpoints): boolean {
  return metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller'
}
