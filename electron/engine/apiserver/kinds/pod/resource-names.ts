import { qualifiedName } from '../../../../../shared/api/names.ts'

/** What resource names mean (pkg/apis/core/helper). */

const STANDARD_CONTAINER_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** Names without a domain, or with the domain kubernetes.io. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-')
}

export function isStandardContainerResource(name: string): boolean {
  return STANDARD_CONTAINER_RESOURCES.has(name) || isHugePages(name)
}

/** A resource that a device plugin offers: another domain, and a name that quota can prefix with "requests.". */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith('requests.')) return false
  return qualifiedName(`requests.${name}`).length === 0
}

/** Requests may be lower than limits: for what can be shared. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name)
}

const INTEGER_RESOURCES: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
])

/** Resources that are counted: objects, and all that device plugins offer. */
export function isIntegerResource(name: string): boolean {
  return INTEGER_RESOURCES.has(name) || isExtendedResource(name)
}

/** Names that resource lists of any kind may hold without a domain (standardResources). */
const STANDARD_RESOURCES: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
])

const QUOTA_OF_HUGE_PAGES = 'requests.hugepages-'

/** IsStandardResourceName. */
export function isStandardResource(name: string): boolean {
  return STANDARD_RESOURCES.has(name) || name.startsWith(QUOTA_OF_HUGE_PAGES) || isHugePages(name)
}
