import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import type { Informers } from '../controller/informers.ts'
import { ClusterState } from './cluster-state.ts'
import { buildProfile } from './config/build-profile.ts'
import { DEFAULT_CONFIGURATION } from './config/scheduler-configuration.ts'
import { defaultPlugins } from './plugins/default-plugins.ts'
import { podInfo } from './pod-info.ts'
import { schedulePod } from './schedule-pod.ts'
import { surroundingsOf } from './surroundings.ts'

/** A node, or the reasons of all nodes, counted: "1 Insufficient cpu, 2 Too many pods". */
type Placement = { readonly node: string } | { readonly node: undefined; readonly reasons: string }

/** Answers where the scheduler would put pods, one after the other, if these were the nodes and the pods on them. */
export function placementSimulator(informers: Informers, configuration = DEFAULT_CONFIGURATION) {
  const profiles = new Map(configuration.profiles.map((profile) => [profile.schedulerName, buildProfile(profile)]))
  return (
    { nodes, pods: placed }: { readonly nodes: readonly Node[]; readonly pods: readonly Pod[] },
    pods: readonly Pod[],
  ): ReadonlyMap<string, Placement> => {
    const state = new ClusterState(surroundingsOf(informers))
    for (const node of nodes) state.setNode(node)
    for (const pod of placed) state.setPod(pod)
    const placements = new Map<string, Placement>()
    for (const pod of pods) {
      const search = { pod: podInfo(pod), cluster: state, startIndex: 0, random: () => 0 }
      const plugins = profiles.get(pod.spec?.schedulerName ?? '')?.plugins ?? defaultPlugins
      const result = schedulePod(plugins, search)
      if (result.fits) state.assume(pod, result.node.name)
      placements.set(
        pod.metadata.uid ?? '',
        result.fits ? { node: result.node.name } : { node: undefined, reasons: result.reasons },
      )
    }
    return placements
  }
}
