import type { Taint } from '../../../../shared/api/types/core-v1.ts'
import { normalizeByMaximum, type SchedulingPlugin } from '../framework.ts'
import { toleratesTaint } from '../tolerations.ts'

/** Keeps pods off nodes with NoSchedule or NoExecute taints they don't tolerate; prefers few PreferNoSchedule ones. */
export const taintToleration: SchedulingPlugin = {
  name: 'TaintToleration',
  weight: 3,
  filter({ pod }, { node }) {
    if (!node.spec?.taints?.length) return undefined
    const taint = node.spec.taints.find(
      (candidate) => candidate.effect !== 'PreferNoSchedule' && !toleratesTaint(pod.spec?.tolerations, candidate),
    )
    return taint && { reasons: [`node(s) had untolerated taint(s)`], resolvable: false }
  },
  score({ pod }, { node }) {
    let untolerated = 0
    for (const taint of node.spec?.taints ?? []) {
      if (taint.effect === 'PreferNoSchedule' && !toleratesPreference(pod.spec?.tolerations, taint)) untolerated += 1
    }
    return untolerated
  },
  normalize: (scores) => normalizeByMaximum(scores, true),
  wakesOn: (_pod, event) =>
    event.type === 'NodeAdded' ||
    (event.type === 'NodeUpdated' && event.before.spec?.taints !== event.node.spec?.taints) ||
    event.type === 'PodUpdated',
}

type Tolerations = Parameters<typeof toleratesTaint>[0]

function toleratesPreference(tolerations: Tolerations, taint: Taint): boolean {
  const relevant = tolerations?.filter(({ effect }) => !effect || effect === 'PreferNoSchedule')
  return toleratesTaint(relevant, taint)
}
