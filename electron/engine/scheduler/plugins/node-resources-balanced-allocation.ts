import { MAX_NODE_SCORE, type SchedulingPlugin } from '../framework.ts'

/** Prefers nodes whose cpu and memory would be used to a similar share, so that neither is left over. */
export const nodeResourcesBalancedAllocation: SchedulingPlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  /** A pod that asks for nothing has no balance to keep. */
  skips: ({ requests }) => !requests.cpu && !requests.memory,
  score(pod, node) {
    const cpu = share((node.requested.cpu ?? 0) + (pod.requests.cpu ?? 0), node.allocatable.cpu)
    const memory = share((node.requested.memory ?? 0) + (pod.requests.memory ?? 0), node.allocatable.memory)
    if (cpu === undefined || memory === undefined) return MAX_NODE_SCORE
    // The standard deviation of two shares is half their distance.
    return Math.floor((1 - Math.abs(cpu - memory) / 2) * MAX_NODE_SCORE)
  },
}

function share(requested: number, capacity: number | undefined): number | undefined {
  return capacity === undefined || capacity === 0 ? undefined : Math.min(1, requested / capacity)
}
