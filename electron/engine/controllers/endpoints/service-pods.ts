import { matchesLabels } from '../../../../shared/api/label-selector.ts'
import { isPodReady, isPodTerminal } from '../../../../shared/api/pod-state.ts'
import type { Pod, Service, ServicePort } from '../../../../shared/api/types/core-v1.ts'
import type { Informer } from '../../controller/informer.ts'

const INDEX = 'label'

/** Adds the index that `podsOf` reads. */
export function addLabelIndex(pods: Informer<Pod>): void {
  pods.addIndex(INDEX, ({ metadata }) =>
    Object.entries(metadata.labels ?? {}).map(([key, value]) => `${metadata.namespace}/${key}=${value}`),
  )
}

/** The pods that a Service with a selector selects, found by their rarest label. */
export function podsOf(pods: Informer<Pod>, service: Service): readonly Pod[] {
  const { selector = {} } = service.spec ?? {}
  const { namespace } = service.metadata
  let fewest: readonly Pod[] | undefined
  for (const [key, value] of Object.entries(selector)) {
    const found = pods.byIndex(INDEX, `${namespace}/${key}=${value}`)
    if (fewest === undefined || found.length < fewest.length) fewest = found
  }
  return (fewest ?? pods.list(namespace)).filter(({ metadata }) => matchesLabels(selector, metadata.labels))
}

/** Services without a selector (null, not an empty one) have endpoints that someone else writes. */
export function hasSelector(service: Service): boolean {
  return service.spec?.selector !== undefined && service.spec.selector !== null
}

export function selectsPod(service: Service, pod: Pod): boolean {
  return hasSelector(service) && matchesLabels(service.spec?.selector, pod.metadata.labels)
}

/** Has an address that traffic may be sent to, now or while it still finishes. */
export function hasEndpoint(pod: Pod, options: { terminating: boolean }): boolean {
  if (isPodTerminal(pod) || addressesOf(pod).length === 0) return false
  return options.terminating || pod.metadata.deletionTimestamp === undefined
}

export function addressesOf(pod: Pod): readonly string[] {
  const { podIPs = [], podIP } = pod.status ?? {}
  if (podIPs.length > 0) return podIPs.map(({ ip }) => ip)
  return podIP ? [podIP] : []
}

/** True when a change of a pod can change its endpoint. */
export function endpointChanged(before: Pod, after: Pod): boolean {
  return (
    isPodReady(before) !== isPodReady(after) ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    isPodTerminal(before) !== isPodTerminal(after) ||
    before.spec?.nodeName !== after.spec?.nodeName ||
    before.spec?.hostname !== after.spec?.hostname ||
    before.spec?.subdomain !== after.spec?.subdomain ||
    addressesOf(before).join() !== addressesOf(after).join() ||
    !matchesLabels(before.metadata.labels, after.metadata.labels) ||
    !matchesLabels(after.metadata.labels, before.metadata.labels)
  )
}

/** A numbered target port is itself; a named one is looked up in the pod's containers and sidecars. */
export function targetPortOf(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port
  if (typeof target === 'number') return target === 0 ? port.port : target
  const { containers = [], initContainers = [] } = pod.spec ?? {}
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const container of [...containers, ...sidecars]) {
    for (const { name, protocol = 'TCP', containerPort } of container.ports ?? []) {
      if (name === target && protocol === (port.protocol ?? 'TCP')) return containerPort
    }
  }
  return undefined
}

/** The name under which DNS publishes the pod below the Service. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {}
  return hostname && subdomain === service.metadata.name ? hostname : undefined
}

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None' || !service.spec?.clusterIP
}
