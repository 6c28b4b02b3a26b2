import type { KubeObject } from '../../../../../shared/api/object.ts'
import { type Quantity, quantity, ZERO_QUANTITY } from '../../../../../shared/api/quantity.ts'
import type { PersistentVolumeClaim, Pod, Service } from '../../../../../shared/api/types/core-v1.ts'
import { podTotal, type Quantities, quantities } from '../resource-lists.ts'

const ONE = quantity(1)
/** Counted under their own name as well as under count/<resource>. */
const COUNTED = new Set(['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas'])
const REQUESTED = new Set(['cpu', 'memory', 'ephemeral-storage'])
const CLASS_SUFFIX = '.storageclass.storage.k8s.io'

/** What one object takes of a quota, by the names that ResourceQuota.spec.hard uses. */
export function usageOf(storageKey: string, object: KubeObject, now: number): Quantities {
  const count = { [`count/${storageKey}`]: ONE }
  switch (storageKey) {
    case 'pods':
      return { ...count, ...podUsage(object as Pod, now) }
    case 'services':
      return { ...count, ...serviceUsage(object as Service) }
    case 'persistentvolumeclaims':
      return { ...count, ...claimUsage(object as PersistentVolumeClaim) }
    default:
      return COUNTED.has(storageKey) ? { ...count, [storageKey]: ONE } : count
  }
}

/** A pod that has ended, or should be gone by now, takes nothing. */
function podUsage({ spec, status, metadata }: Pod, now: number): Quantities {
  if (!spec || status?.phase === 'Succeeded' || status?.phase === 'Failed') return {}
  const { deletionTimestamp } = metadata
  if (deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now) return {}
  const usage: Record<string, Quantity> = { pods: ONE }
  for (const [name, amount] of Object.entries(podTotal(spec, 'requests'))) {
    if (REQUESTED.has(name) || name.startsWith('hugepages-')) usage[name] = amount
    usage[`requests.${name}`] = amount
  }
  for (const [name, amount] of Object.entries(podTotal(spec, 'limits'))) {
    if (REQUESTED.has(name)) usage[`limits.${name}`] = amount
  }
  return usage
}

function serviceUsage({ spec }: Service): Quantities {
  const balanced = spec?.type === 'LoadBalancer'
  const ports = spec?.ports ?? []
  const withPorts = spec?.type === 'NodePort' || (balanced && spec.allocateLoadBalancerNodePorts !== false)
  const nodePorts = withPorts ? ports.length : balanced ? ports.filter(({ nodePort }) => nodePort).length : 0
  return {
    services: ONE,
    'services.nodeports': quantity(nodePorts),
    'services.loadbalancers': balanced ? ONE : ZERO_QUANTITY,
  }
}

function claimUsage({ spec }: PersistentVolumeClaim): Quantities {
  const usage: Record<string, Quantity> = { persistentvolumeclaims: ONE }
  const className = spec?.storageClassName
  if (className) usage[`${className}${CLASS_SUFFIX}/persistentvolumeclaims`] = ONE
  const { storage } = quantities(spec?.resources?.requests)
  if (storage === undefined) return usage
  usage['requests.storage'] = storage
  if (className) usage[`${className}${CLASS_SUFFIX}/requests.storage`] = storage
  return usage
}
