import type { PluginArgs } from '../config/scheduler-configuration.ts'
import { MAX_NODE_SCORE, type SchedulingPlugin } from '../framework.ts'

/** Prefers nodes whose resources would be used to a similar share, so that none is left over. */
export function nodeResourcesBalancedAllocation(args: PluginArgs['NodeResourcesBalancedAllocation']): SchedulingPlugin {
  const resources = args.resources.map(({ name }) => name)
  return {
    name: 'NodeResourcesBalancedAllocation',
    weight: 1,
    /** A pod that asks for nothing has no balance to keep. */
    skips: ({ requests }) => !resources.some((name) => requests[name]),
    score(pod, node) {
      const shares: number[] = []
      for (const name of resources) {
        const requested = pod.requests[name] ?? 0
        // What is no node's usual resource counts only for pods that ask for it.
        if (requested === 0 && name !== 'cpu' && name !== 'memory') continue
        const capacity = node.allocatable[name] ?? 0
        if (capacity > 0) shares.push(Math.min(1, ((node.requested[name] ?? 0) + requested) / capacity))
      }
      return Math.floor((1 - standardDeviation(shares)) * MAX_NODE_SCORE)
    },
  }
}

function standardDeviation(shares: readonly number[]): number {
  const [a, b] = shares
  if (a === undefined || b === undefined) return 0
  if (shares.length === 2) return Math.abs(a - b) / 2
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length)
}
