import type { KubeObject } from '../object.ts'
import { type Quantity, quantity, ZERO_QUANTITY } from '../quantity.ts'
import { podTotal, type Quantities, quantities } from '../resource-lists.ts'
import type { PersistentVolumeClaim, Pod, Service } from '../types/core-v1.ts'

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

/** The resources ("pods", "deployments.apps") whose objects a name of ResourceQuota.spec.hard counts. */
export function countedBy(hardName: string): string {
  if (hardName.startsWith('count/')) return hardName.slice('count/'.length)
  if (hardName === 'services' || hardName.startsWith('services.')) return 'services'
  if (hardName === 'persistentvolumeclaims' || hardName === 'requests.storage' || hardName.includes(CLASS_SUFFIX)) {
    return 'persistentvolumeclaims'
  }
  return COUNTED.has(hardName) ? hardName : 'pods'
}
