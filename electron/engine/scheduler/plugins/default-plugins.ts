import { DEFAULT_ARGS, type PluginArgs } from '../config/scheduler-configuration.ts'
import type { SchedulingPlugin } from '../framework.ts'
import { imageLocality } from './image-locality.ts'
import { interPodAffinity } from './inter-pod-affinity.ts'
import { nodeAffinity } from './node-affinity.ts'
import { nodeName } from './node-name.ts'
import { nodePorts } from './node-ports.ts'
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from './node-resources-fit.ts'
import { nodeUnschedulable } from './node-unschedulable.ts'
import { nodeVolumeLimits } from './node-volume-limits.ts'
import { podTopologySpread } from './pod-topology-spread.ts'
import { schedulingGates } from './scheduling-gates.ts'
import { taintToleration } from './taint-toleration.ts'
import { volumeBinding } from './volume-binding.ts'
import { volumeRestrictions } from './volume-restrictions.ts'
import { volumeZone } from './volume-zone.ts'

/** The rules of the default scheduler, cheap filters first, with the weights that they have by default. */
export const pluginsWith = (args: PluginArgs): readonly SchedulingPlugin[] => [
  schedulingGates,
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity(args.NodeAffinity),
  nodePorts,
  nodeResourcesFit(args.NodeResourcesFit),
  volumeRestrictions,
  nodeVolumeLimits,
  volumeBinding,
  volumeZone,
  podTopologySpread(args.PodTopologySpread),
  interPodAffinity(args.InterPodAffinity),
  nodeResourcesBalancedAllocation(args.NodeResourcesBalancedAllocation),
  imageLocality,
]

export const defaultPlugins = pluginsWith(DEFAULT_ARGS)
