import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Node, Pod, Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import { type Controller, isNamespaceTerminating, owning, runController } from '../../controller/controller.ts'
import { Expectations } from '../../controller/expectations.ts'
import type { Informer } from '../../controller/informer.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { addLabelIndex, endpointChanged, hasSelector, podsOf, selectsPod } from './service-pods.ts'
import { MANAGED_BY_LABEL, MANAGER, planSlices, SERVICE_NAME_LABEL } from './slices-plan.ts'
import { TRIGGER_TIME, TriggerTimes } from './trigger-time.ts'

/**
 * Keeps the EndpointSlices of every Service with a selector.
 * - At most 100 endpoints per slice; a change of one pod writes one slice.
 * - Ready, serving and terminating as the pod is; terminating pods stay until they are gone, so connections can drain.
 * - Never plans while a slice it created is missing from its cache.
 */
export function startEndpointSliceController(deps: ControllerDeps): Controller {
  const services = deps.informers.of(resources.services)
  const pods = deps.informers.of(resources.pods)
  const nodes = deps.informers.of(resources.nodes)
  const slices = deps.informers.of(resources.endpointSlices)
  addLabelIndex(pods)
  slices.addIndex('service', (slice) => serviceKeysOf(slice))
  const state: State = {
    deps,
    services,
    pods,
    nodes,
    slices,
    expectations: new Expectations(deps.clock),
    triggerTimes: new TriggerTimes(),
  }
  const controller = runController({
    ...deps,
    name: 'endpointslice',
    informers: [services, pods, nodes, slices],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const enqueuePod = (pod: Pod) => {
    for (const service of services.list(pod.metadata.namespace)) {
      if (selectsPod(service, pod)) controller.queue.add(objectKey(service))
    }
  }
  const enqueue = (service: Service) => controller.queue.add(objectKey(service))
  const observe = (slice: EndpointSlice) => {
    if (slice.metadata.labels?.[MANAGED_BY_LABEL] !== MANAGER) return
    for (const key of serviceKeysOf(slice)) controller.queue.add(key)
  }
  const created = (slice: EndpointSlice) => {
    for (const key of serviceKeysOf(slice)) state.expectations.creationObserved(key)
    observe(slice)
  }
  const subscriptions = [
    services.onChange({ added: enqueue, updated: (_, service) => enqueue(service), deleted: enqueue }),
    pods.onChange({
      added: enqueuePod,
      updated(before, after) {
        if (!endpointChanged(before, after)) return
        enqueuePod(before)
        enqueuePod(after)
      },
      deleted: enqueuePod,
    }),
    slices.onChange({ added: created, updated: (_, slice) => observe(slice), deleted: observe }),
  ]
  return owning(controller, subscriptions)
}

interface State {
  readonly deps: ControllerDeps
  readonly services: Informer<Service>
  readonly pods: Informer<Pod>
  readonly nodes: Informer<Node>
  readonly slices: Informer<EndpointSlice>
  readonly expectations: Expectations
  readonly triggerTimes: TriggerTimes
}

async function reconcile(state: State, key: string): Promise<undefined> {
  const service = state.services.get(key)
  if (service === undefined) {
    state.triggerTimes.forget(key)
    state.expectations.forget(key)
    return
  }
  if (!hasSelector(service) || service.spec?.type === 'ExternalName') return
  const existing = state.slices
    .byIndex('service', key)
    .filter(
      ({ metadata }) => metadata.labels?.[MANAGED_BY_LABEL] === MANAGER && metadata.deletionTimestamp === undefined,
    )
  // The event of the slice that the cache doesn't have yet queues the Service again.
  if (!state.expectations.satisfied(key)) return
  const selected = podsOf(state.pods, service)
  const plan = planSlices(service, selected, existing, (name) => state.nodes.get(name))
  const triggerTime = state.triggerTimes.next(key, service, selected)
  const slices = state.deps.client.resource(resources.endpointSlices)
  try {
    // While the Service is being deleted, the garbage collector would only have more to collect.
    if (service.metadata.deletionTimestamp === undefined) {
      for (const slice of plan.create) await create(state, key, withTriggerTime(slice, triggerTime))
    }
    for (const slice of plan.update) await slices.update(withTriggerTime(slice, triggerTime))
    for (const { metadata } of plan.delete)
      await slices.delete({ name: metadata.name ?? '', namespace: metadata.namespace })
  } catch (error) {
    if (!isNamespaceTerminating(error) && !isApiError(error, 'NotFound')) throw error
  }
  const [pod] = plan.nodeless
  if (pod === undefined) return
  const of = `Service ${key}: Node ${pod.spec?.nodeName ?? ''} Not Found`
  throw new Error(`skipping Pod ${pod.metadata.name} for ${of}`)
}

async function create({ deps, expectations }: State, key: string, slice: EndpointSlice): Promise<void> {
  expectations.expect(key, { creations: 1 })
  try {
    await deps.client.resource(resources.endpointSlices).create(slice)
  } catch (error) {
    expectations.creationObserved(key)
    throw error
  }
}

function withTriggerTime(slice: EndpointSlice, triggerTime: string | undefined): EndpointSlice {
  const { [TRIGGER_TIME]: _, ...others } = slice.metadata.annotations ?? {}
  const annotations = triggerTime === undefined ? others : { ...others, [TRIGGER_TIME]: triggerTime }
  return { ...slice, metadata: { ...slice.metadata, annotations } }
}

function serviceKeysOf({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.[SERVICE_NAME_LABEL]
  return name === undefined ? [] : [`${metadata.namespace}/${name}`]
}
