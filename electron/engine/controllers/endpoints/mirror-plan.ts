import { controllerReference } from '../../../../shared/api/owner-references.ts'
import type { EndpointAddress, Endpoints } from '../../../../shared/api/types/core-v1.ts'
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { HEADLESS_LABEL, MANAGED_BY_LABEL, portsKey, SERVICE_NAME_LABEL } from './slices-plan.ts'
import { TRIGGER_TIME } from './trigger-time.ts'

export const MIRROR_MANAGER = 'endpointslicemirroring-controller.k8s.io'
/** Of each subset, so that a subset is one slice. */
export const MAX_MIRRORED = 1000
const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

export interface MirrorPlan {
  readonly create: readonly EndpointSlice[]
  readonly update: readonly EndpointSlice[]
  readonly delete: readonly EndpointSlice[]
  /** Addresses that did not fit. */
  readonly skipped: number
}

/** Endpoints that hold a lock for leader election, or that say so, are not mirrored. */
export function shouldMirror({ metadata }: Endpoints): boolean {
  return metadata.labels?.[SKIP_LABEL] !== 'true' && metadata.annotations?.[LEADER_ANNOTATION] === undefined
}

/** What makes EndpointSlices say what Endpoints say that someone wrote by hand: one slice for each set of ports. */
export function planMirror(endpoints: Endpoints, existing: readonly EndpointSlice[]): MirrorPlan {
  const { groups, skipped } = desiredGroups(endpoints)
  const left = Map.groupBy(existing, ({ addressType, ports }) => groupKey(addressType, ports ?? []))
  const create: EndpointSlice[] = []
  const update: EndpointSlice[] = []
  const remove: EndpointSlice[] = []
  for (const [key, group] of groups) {
    const [kept, ...surplus] = left.get(key) ?? []
    left.delete(key)
    remove.push(...surplus)
    const wanted = sliceOf(endpoints, group)
    if (kept === undefined) create.push(wanted)
    else if (!isSameSlice(kept, wanted)) {
      const { labels, annotations } = wanted.metadata
      update.push({ ...wanted, metadata: { ...kept.metadata, labels, annotations } })
    }
  }
  return { create, update, delete: [...remove, ...[...left.values()].flat()], skipped }
}

interface Group {
  readonly addressType: 'IPv4' | 'IPv6'
  readonly ports: EndpointPort[]
  readonly endpoints: Map<string, Endpoint>
}

function desiredGroups({ subsets = [] }: Endpoints) {
  const groups = new Map<string, Group>()
  let skipped = 0
  for (const { addresses = [], notReadyAddresses = [], ports: named = [] } of subsets) {
    const ports = named.map(
      ({ name = '', port, protocol = 'TCP', appProtocol }): EndpointPort => ({
        name,
        port,
        protocol,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      }),
    )
    const all = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ]
    skipped += Math.max(0, all.length - MAX_MIRRORED)
    for (const { address, ready } of all.slice(0, MAX_MIRRORED)) {
      const addressType = address.ip.includes(':') ? 'IPv6' : 'IPv4'
      const key = groupKey(addressType, ports)
      const group = groups.get(key) ?? { addressType, ports, endpoints: new Map() }
      groups.set(key, group)
      if (!group.endpoints.has(address.ip)) group.endpoints.set(address.ip, endpointOf(address, ready))
    }
  }
  return { groups, skipped }
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  }
}

function sliceOf(owner: Endpoints, { addressType, ports, endpoints }: Group): EndpointSlice {
  const { name = '', namespace } = owner.metadata
  const { [HEADLESS_LABEL]: _, ...labels } = owner.metadata.labels ?? {}
  const { [TRIGGER_TIME]: __, [LAST_APPLIED]: ___, ...annotations } = owner.metadata.annotations ?? {}
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [SERVICE_NAME_LABEL]: name, [MANAGED_BY_LABEL]: MIRROR_MANAGER },
      annotations,
      ownerReferences: [controllerReference(owner)],
    },
    addressType,
    ports,
    endpoints: [...endpoints.values()],
  }
}

function isSameSlice(kept: EndpointSlice, wanted: EndpointSlice): boolean {
  return (
    semanticEqual(kept.endpoints, wanted.endpoints) &&
    semanticEqual(kept.metadata.labels, wanted.metadata.labels) &&
    semanticEqual(kept.metadata.annotations, wanted.metadata.annotations)
  )
}

function groupKey(addressType: string, ports: readonly EndpointPort[]): string {
  return `${addressType} ${portsKey(ports)}`
}
