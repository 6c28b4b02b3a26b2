import { isPodReady } from '../../../../shared/api/pod-state.ts'
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
  Pod,
  Service,
} from '../../../../shared/api/types/core-v1.ts'
import { compareText } from '../../../../shared/lang/compare-text.ts'
import { addressesOf, hasEndpoint, hostnameOf, isHeadless, targetPortOf } from './service-pods.ts'
import { HEADLESS_LABEL } from './slices-plan.ts'

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
export const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const MAX_ADDRESSES = 1000

/** The Endpoints object that a Service with a selector should have. */
export function desiredEndpoints(service: Service, pods: readonly Pod[]): Endpoints {
  const { name, namespace, labels } = service.metadata
  const { subsets, truncated } = truncate(subsetsOf(service, pods))
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      namespace,
      labels: {
        ...labels,
        [MANAGED_BY]: 'endpoint-controller',
        ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}),
      },
      ...(truncated ? { annotations: { [OVER_CAPACITY]: 'truncated' } } : {}),
    },
    ...(subsets.length > 0 ? { subsets } : {}),
  }
}

/** Pods with the same ports share a subset; a pod appears once per set of ports, ready or not. */
function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const unready = service.spec?.publishNotReadyAddresses === true
  const groups = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>()
  for (const pod of pods) {
    if (!hasEndpoint(pod, { terminating: unready })) continue
    const ports = portsOf(service, pod)
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue
    const key = JSON.stringify(ports)
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] }
    groups.set(key, group)
    const address = addressOf(service, pod)
    if (unready || isPodReady(pod)) group.ready.push(address)
    else group.notReady.push(address)
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({
      ...(group.ready.length > 0 ? { addresses: group.ready.sort(byAddress) } : {}),
      ...(group.notReady.length > 0 ? { notReadyAddresses: group.notReady.sort(byAddress) } : {}),
      ...(group.ports.length > 0 ? { ports: group.ports } : {}),
    }))
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  const ports: EndpointPort[] = []
  for (const servicePort of service.spec?.ports ?? []) {
    const port = targetPortOf(pod, servicePort)
    if (port === undefined) continue
    const { name, protocol = 'TCP', appProtocol } = servicePort
    ports.push({ ...(name ? { name } : {}), port, protocol, ...(appProtocol ? { appProtocol } : {}) })
  }
  return ports
}

function addressOf(service: Service, pod: Pod): EndpointAddress {
  const { namespace, name, uid } = pod.metadata
  const hostname = hostnameOf(pod, service)
  return {
    ip: addressesOf(pod)[0] ?? '',
    ...(hostname ? { hostname } : {}),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

function byAddress(a: EndpointAddress, b: EndpointAddress): number {
  return compareText(a.ip, b.ip)
}

/** At most 1,000 addresses, ready ones first: readers of more use EndpointSlices. */
function truncate(subsets: EndpointSubset[]): { subsets: EndpointSubset[]; truncated: boolean } {
  const total = subsets.reduce((sum, s) => sum + (s.addresses?.length ?? 0) + (s.notReadyAddresses?.length ?? 0), 0)
  if (total <= MAX_ADDRESSES) return { subsets, truncated: false }
  let left = MAX_ADDRESSES
  const take = (addresses: EndpointAddress[] = []) => {
    const taken = addresses.slice(0, left)
    left -= taken.length
    return taken
  }
  const ready = subsets.map(({ addresses }) => take(addresses))
  const notReady = subsets.map(({ notReadyAddresses }) => take(notReadyAddresses))
  const kept = subsets.map((subset, index) => ({
    ...subset,
    addresses: ready[index],
    notReadyAddresses: notReady[index],
  }))
  return { subsets: kept.filter((s) => s.addresses?.length || s.notReadyAddresses?.length), truncated: true }
}
