import { fitsNodeAffinity, matchesNodeSelectorTerm } from '../../../../shared/api/node-selector.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { normalizeByMaximum, type SchedulingPlugin } from '../framework.ts'

const misfit = { reasons: ["node(s) didn't match Pod's node affinity/selector"], resolvable: false }

/** Keeps pods to the nodes of their nodeSelector and required node affinity; prefers those of the preferred one. */
export const nodeAffinity: SchedulingPlugin = {
  name: 'NodeAffinity',
  weight: 2,
  filter: ({ pod }, { node }) => (fitsNodeAffinity(pod.spec ?? {}, node) ? undefined : misfit),
  scores: ({ pod }) => preferred(pod).length > 0,
  score({ pod }, { node }) {
    let score = 0
    for (const { weight, preference } of preferred(pod)) if (matchesNodeSelectorTerm(node, preference)) score += weight
    return score
  },
  normalize: (scores) => normalizeByMaximum(scores, false),
  wakesOn: ({ pod }, event) =>
    (event.type === 'NodeAdded' || (event.type === 'NodeUpdated' && event.labelsChanged)) &&
    fitsNodeAffinity(pod.spec ?? {}, event.node),
}

function preferred(pod: Pod) {
  return pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
}
