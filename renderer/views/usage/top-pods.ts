import type { Pod } from '../../../shared/api/types/core-v1.ts'
import type { UsageNow } from '../../stores/usage-readers.ts'
import { usedNow } from './usage-columns.ts'
import type { UsedResource } from './usage-text.ts'

export interface PodWithUse {
  readonly pod: Pod
  readonly used: number
}

/** The pods that take the most of a resource now, the largest first. */
export function topPods(pods: Iterable<Pod>, usage: UsageNow, resource: UsedResource, most: number): PodWithUse[] {
  return [...pods]
    .flatMap((pod) => {
      const used = usedNow({ of: 'pods', key: pod.metadata.uid ?? '', resource }, usage)
      return used === undefined ? [] : [{ pod, used }]
    })
    .sort((a, b) => b.used - a.used)
    .slice(0, most)
}
