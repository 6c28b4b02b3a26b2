import { resources } from '../../shared/api/resources.ts'
import { ApiError } from '../../shared/api/status.ts'
import type { Cluster } from './cluster.ts'
import type { ClusterRecord, NodeRecord } from './installation/cluster-record.ts'
import { findNode, type NodeWish, nextNode, withNode, withNodeLeaving, withoutLeaving } from './node-pool.ts'
import { type Machine, requireRoom } from './node-sizes.ts'

/**
 * How the nodes of one cluster change: on record first, then in the cluster, so that a crash between the two leaves
 * to the next start what is missing. The caller lets one change end before the next begins.
 */
export interface NodeChanges {
  readonly record: ClusterRecord
  /** Undefined while it does not run: the record is enough then. */
  readonly cluster: Cluster | undefined
  keep(record: ClusterRecord): void
  machine(): Promise<Machine>
}

export interface Sizes {
  /** Quantities: what each new node may promise. */
  readonly cpu?: string | undefined
  readonly memory?: string | undefined
  /** Promise more than the machine has. */
  readonly overcommit?: boolean | undefined
}

/** Throws an Invalid ApiError when the machine has no room for the node, or the API server would not take it. */
export async function addNode(changes: NodeChanges, wish: NodeWish & Sizes): Promise<void> {
  const { record, cluster } = changes
  const node = nextNode(record, wish)
  if (!wish.overcommit) requireRoom(record.nodes, node, await changes.machine())
  const { labels = {}, taints = [] } = node
  const object = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels },
    spec: { taints: [...taints] },
  }
  // What the API server would refuse must not be kept.
  await cluster?.client.resource(resources.nodes).create(object, { dryRun: true })
  const grown = withNode(record, node)
  changes.keep(grown)
  await cluster?.setNodes(withoutLeaving(grown).nodes)
}

/** Throws a Conflict ApiError that names the pods which could not be moved, unless they may be ended. */
export async function removeNode(
  { record, cluster, keep }: NodeChanges,
  node: string,
  { kill }: { readonly kill: boolean },
): Promise<ClusterRecord> {
  const { failed } = findNode(record, node)
  const leaving = withNodeLeaving(record, node)
  const left = kill || failed ? [] : ((await cluster?.drainNode(node)) ?? [])
  if (left.length > 0) {
    const message = `node "${node}" can't be drained (--yes ends its pods all the same): ${left.join('; ')}`
    throw new ApiError('Conflict', message)
  }
  keep(leaving)
  if (cluster === undefined) return leaving
  await cluster.removeNode(node)
  const rest = { ...leaving, nodes: leaving.nodes.filter(({ name }) => name !== node) }
  keep(rest)
  return rest
}

/** Adds nodes of the given size, or as the last one is; else removes the last ones. Those of the autoscaler are its own. */
export async function setNodeCount(changes: NodeChanges, count: number, sizes: Sizes): Promise<void> {
  let { record } = changes
  const { cpu, memory, overcommit } = sizes
  const kept = record.nodes.filter(({ autoscaled, leaving }) => !autoscaled && !leaving)
  for (const { name } of kept.slice(count).reverse()) {
    record = await removeNode({ ...changes, record }, name, { kill: false })
  }
  if (kept.length >= count) return
  const machine = overcommit ? undefined : await changes.machine()
  for (let missing = count - kept.length; missing > 0; missing--) {
    const node = nextNode(record, { cpu, memory })
    if (machine) requireRoom(record.nodes, node, machine)
    record = withNode(record, node)
  }
  changes.keep(record)
  await changes.cluster?.setNodes(withoutLeaving(record).nodes)
}

/** Nodes keep their size: another one must not seem to be taken. */
export function requireSameSize({ name, nodes }: ClusterRecord, { cpu, memory }: Sizes): void {
  const differs = ({ size }: NodeRecord) =>
    (cpu !== undefined && size.cpu !== cpu) || (memory !== undefined && size.memory !== memory)
  if (!nodes.some(differs)) return
  throw new ApiError(
    'Conflict',
    `the nodes of cluster "${name}" keep the size that they have; add one of another size with: slipway node add`,
  )
}
