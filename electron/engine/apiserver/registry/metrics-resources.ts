import type { PodUsage } from '../../../../shared/api/usage.ts'
import { qualifiedName, type Resource } from './resource.ts'

/** Where metrics.k8s.io gets its numbers; the metrics folder has the real one. */
export interface UsageView {
  pods(): readonly PodUsage[]
}

export const METRICS_GROUP = 'metrics.k8s.io'
const VERSION = 'v1beta1'

/** The resources of metrics.k8s.io/v1beta1: read from the newest sample, never stored. */
export const metricsResources: readonly Resource[] = [
  metricsResource('nodes', 'NodeMetrics', false),
  metricsResource('pods', 'PodMetrics', true),
]

function metricsResource(name: string, kind: string, namespaced: boolean): Resource {
  const qualified = qualifiedName(METRICS_GROUP, name)
  const resource: Omit<Resource, 'storage'> & { storage?: Resource } = {
    group: METRICS_GROUP,
    version: VERSION,
    groupVersion: `${METRICS_GROUP}/${VERSION}`,
    resource: name,
    kind,
    listKind: `${kind}List`,
    singular: '',
    namespaced,
    shortNames: [],
    categories: [],
    verbs: new Set(['get', 'list']),
    subresources: new Map(),
    storageVersionHash: '',
    type: '',
    reset: {},
    strategy: {},
    storageKey: qualified,
    qualified,
    conversion: undefined,
  }
  resource.storage = resource as Resource
  return resource as Resource
}
