import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'

/** The nodes of a cluster as a group that grows and shrinks: whoever runs the engine gives it. */
export interface ScalableNodes {
  /** Undefined while the cluster's nodes are not to be scaled. */
  state(): NodeGroup | undefined
  /** Adds one node like the template; resolves when it is ready. */
  add(): Promise<void>
  /** Removes a node that has been drained. */
  remove(name: string): Promise<void>
}

export interface NodeGroup {
  readonly name: string
  readonly size: number
  readonly max: number
  /** Never fewer than so many; 0 where nothing was said. */
  readonly min: number
  /** How many more nodes the machine has room for, whatever `max` says. */
  readonly room: number
  /** The nodes that were added for pods without room: only these go again. */
  readonly added: readonly string[]
  /** What the next node would be. */
  readonly template: Node
}

/** What is on which node; pods without a node don't count. */
export interface Placed {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
}

/** Where a pod would go: a node, or why nowhere ("1 Insufficient cpu, 2 Too many pods"). */
export type SimulatedPlacement = { readonly node: string } | { readonly node: undefined; readonly reasons: string }

/** Places pods in thought, one after the other, as the scheduler would; answers by uid. */
export type SimulatePlacement = (placed: Placed, pods: readonly Pod[]) => ReadonlyMap<string, SimulatedPlacement>
