import {
  fitsNodeAffinity,
  matchesNodeSelectorTerm,
  matchesNodeSelectorTerms,
} from '../../../../shared/api/node-selector.ts'
import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import type { PluginArgs } from '../config/scheduler-configuration.ts'
import { normalizeByMaximum, type SchedulingPlugin } from '../framework.ts'

const misfit = { reasons: ["node(s) didn't match Pod's node affinity/selector"], resolvable: false }
const enforced = { reasons: ["node(s) didn't match scheduler-enforced node affinity"], resolvable: false }

/**
 * Keeps pods to the nodes of their nodeSelector and required node affinity; prefers those of the preferred one. What the
 * scheduler's configuration adds applies to every pod.
 */
export function nodeAffinity({ addedAffinity }: PluginArgs['NodeAffinity']): SchedulingPlugin {
  const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const added = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const isAllowed = (node: Node) => required === undefined || matchesNodeSelectorTerms(node, required)
  const preferred = ({ spec }: Pod) => [
    ...added,
    ...(spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
  ]
  return {
    name: 'NodeAffinity',
    weight: 2,
    filter({ pod }, { node }) {
      if (!isAllowed(node)) return enforced
      return fitsNodeAffinity(pod.spec ?? {}, node) ? undefined : misfit
    },
    prepare: ({ pod }) => preferred(pod),
    scores: (_pod, state) => (state as ReturnType<typeof preferred>).length > 0,
    score(_pod, { node }, state) {
      let score = 0
      for (const { weight, preference } of state as ReturnType<typeof preferred>) {
        if (matchesNodeSelectorTerm(node, preference)) score += weight
      }
      return score
    },
    normalize: (scores) => normalizeByMaximum(scores, false),
    wakesOn: ({ pod }, event) =>
      (event.type === 'NodeAdded' || (event.type === 'NodeUpdated' && event.labelsChanged)) &&
      isAllowed(event.node) &&
      fitsNodeAffinity(pod.spec ?? {}, event.node),
  }
}
