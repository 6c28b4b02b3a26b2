import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { ignoreNotFound } from '../../../../shared/api/status.ts'
import type { Endpoints, Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import { type Controller, isNamespaceTerminating, owning, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import { Expectations } from '../../controller/expectations.ts'
import type { Informer } from '../../controller/informer.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { MAX_MIRRORED, MIRROR_MANAGER, planMirror, shouldMirror } from './mirror-plan.ts'
import { hasSelector } from './service-pods.ts'
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from './slices-plan.ts'

const INDEX = 'mirror of'

/**
 * Keeps EndpointSlices for the Endpoints of Services without a selector, so that whoever reads slices (the gateway's
 * rules, the laptop's listeners, DNS) sees what someone wrote as Endpoints.
 */
export function startEndpointSliceMirroring(deps: ControllerDeps): Controller {
  const services = deps.informers.of(resources.services)
  const endpoints = deps.informers.of(resources.endpoints)
  const slices = deps.informers.of(resources.endpointSlices)
  slices.addIndex(INDEX, mirrorOf)
  const recorder = createEventRecorder({ ...deps, component: 'endpoint-slice-mirroring-controller' })
  const expectations = new Expectations(deps.clock)
  const state: State = { deps, services, endpoints, slices, recorder, expectations }
  const controller = runController({
    ...deps,
    name: 'endpointslicemirroring',
    informers: [services, endpoints, slices],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const enqueue = (object: Service | Endpoints) => controller.queue.add(objectKey(object))
  const observe = (slice: EndpointSlice) => {
    for (const key of mirrorOf(slice)) controller.queue.add(key)
  }
  const subscriptions = [
    services.onChange({
      added: (service) => hasSelector(service) || enqueue(service),
      updated: (before, after) => hasSelector(before) === hasSelector(after) || enqueue(after),
      deleted: (service) => hasSelector(service) || enqueue(service),
    }),
    endpoints.onChange({ added: enqueue, updated: (_, after) => enqueue(after), deleted: enqueue }),
    slices.onChange({
      added(slice) {
        for (const key of mirrorOf(slice)) expectations.creationObserved(key)
        observe(slice)
      },
      updated: (before, after) => {
        observe(before)
        observe(after)
      },
      deleted: observe,
    }),
    recorder,
  ]
  return owning(controller, subscriptions)
}

interface State {
  readonly deps: ControllerDeps
  readonly services: Informer<Service>
  readonly endpoints: Informer<Endpoints>
  readonly slices: Informer<EndpointSlice>
  readonly recorder: EventRecorder
  readonly expectations: Expectations
}

async function reconcile({ deps, services, endpoints, slices, recorder, expectations }: State, key: string) {
  const service = services.get(key)
  const written = endpoints.get(key)
  const existing = slices.byIndex(INDEX, key)
  const isMirrored = written !== undefined && service !== undefined && !hasSelector(service) && shouldMirror(written)
  // The event of the slice that the cache doesn't have yet queues the Endpoints again.
  if (isMirrored && !expectations.satisfied(key)) return undefined
  if (!isMirrored) expectations.forget(key)
  const plan = isMirrored ? planMirror(written, existing) : { create: [], update: [], delete: existing, skipped: 0 }
  if (isMirrored && plan.skipped > 0) {
    const most = `A max of ${MAX_MIRRORED} addresses can be mirrored to EndpointSlices per Endpoints subset.`
    recorder.event(written, 'Warning', 'TooManyAddressesToMirror', `${most} ${plan.skipped} addresses were skipped`)
  }
  const client = deps.client.resource(resources.endpointSlices)
  try {
    for (const slice of written?.metadata.deletionTimestamp === undefined ? plan.create : []) {
      expectations.expect(key, { creations: 1 })
      try {
        await client.create(slice)
      } catch (error) {
        expectations.creationObserved(key)
        throw error
      }
    }
    for (const slice of plan.update) await client.update(slice)
  } catch (error) {
    if (!isNamespaceTerminating(error)) throw error
  }
  for (const { metadata } of plan.delete) {
    await client.delete({ name: metadata.name ?? '', namespace: metadata.namespace }).catch(ignoreNotFound)
  }
  return undefined
}

/** The key of the Endpoints that a slice mirrors. */
function mirrorOf({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.[SERVICE_NAME_LABEL]
  if (name === undefined || metadata.labels?.[MANAGED_BY_LABEL] !== MIRROR_MANAGER) return []
  return [`${metadata.namespace}/${name}`]
}
