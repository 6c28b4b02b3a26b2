import { podRequests, resourceAmounts } from '../../../shared/api/pod-resources.ts'
import type { PodSpec } from '../../../shared/api/types/core-v1.ts'
import type { UsedResource } from './usage-text.ts'

/** What a pod asked for and what it may take at most; undefined where nothing says so. In millicores or bytes. */
export interface Bounds {
  readonly request: number | undefined
  readonly limit: number | undefined
}

export function podBounds(spec: PodSpec | undefined, resource: UsedResource): Bounds {
  if (spec === undefined) return { request: undefined, limit: undefined }
  return { request: podRequests(spec)[resource] || undefined, limit: podLimit(spec, resource) }
}

/** The pod's own limit, else the sum of its containers' limits: none when one of them has none. */
function podLimit(spec: PodSpec, resource: UsedResource): number | undefined {
  const own = resourceAmounts(spec.resources?.limits)[resource]
  if (own !== undefined) return own
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  let sum = 0
  for (const container of [...spec.containers, ...sidecars]) {
    const limit = resourceAmounts(container.resources?.limits)[resource]
    if (limit === undefined) return undefined
    sum += limit
  }
  return sum
}
