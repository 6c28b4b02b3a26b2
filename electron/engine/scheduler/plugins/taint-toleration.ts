import { toleratesTaint } from '../../../../shared/api/tolerations.ts'
import type { Node, Pod, Taint } from '../../../../shared/api/types/core-v1.ts'
import { normalizeByMaximum, type SchedulingPlugin } from '../framework.ts'

const misfit = { reasons: ['node(s) had untolerated taint(s)'], resolvable: false }

/** Keeps pods off nodes with NoSchedule or NoExecute taints they don't tolerate; prefers few PreferNoSchedule ones. */
export const taintToleration: SchedulingPlugin = {
  name: 'TaintToleration',
  weight: 3,
  filter: ({ pod }, node) => (toleratesNode(pod, node) ? undefined : misfit),
  score({ pod }, { node }) {
    let untolerated = 0
    for (const taint of node.spec?.taints ?? []) {
      if (taint.effect === 'PreferNoSchedule' && !toleratesPreference(pod.spec?.tolerations, taint)) untolerated += 1
    }
    return untolerated
  },
  normalize: (scores) => normalizeByMaximum(scores, true),
  wakesOn({ pod }, event) {
    if (event.type === 'NodeAdded') return toleratesNode(pod, event)
    return event.type === 'NodeUpdated' && toleratesNode(pod, event) && !toleratesNode(pod, { node: event.before })
  },
}

/** None of the node's taints keeps the pod away. */
export function toleratesNode(pod: Pod, { node }: { readonly node: Node }): boolean {
  const { taints } = node.spec ?? {}
  if (!taints?.length) return true
  return taints.every((taint) => taint.effect === 'PreferNoSchedule' || toleratesTaint(pod.spec?.tolerations, taint))
}

type Tolerations = Parameters<typeof toleratesTaint>[0]

function toleratesPreference(tolerations: Tolerations, taint: Taint): boolean {
  const relevant = tolerations?.filter(({ effect }) => !effect || effect === 'PreferNoSchedule')
  return toleratesTaint(relevant, taint)
}
