import { ApiError } from '../../shared/api/status.ts'
import type { Taint } from '../../shared/api/types/core-v1.ts'
import type { ClusterRecord, NodeRecord, NodeSize } from './installation/cluster-record.ts'

/** What may be said of a node that is to be added; all else is as with the cluster's last node. */
export interface NodeWish {
  /** The lowest free number when absent: dev-1, dev-2 ... */
  readonly name?: string | undefined
  readonly cpu?: string | undefined
  readonly memory?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly taints?: readonly Taint[] | undefined
  readonly autoscaled?: boolean | undefined
}

/** A new cluster's nodes, all alike: equal parts of the machine, or of the size that is given. */
export function newNodes(
  cluster: string,
  count: number,
  { cpu, memory, oneOf = count }: Partial<NodeSize>,
): readonly NodeRecord[] {
  const size = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }), oneOf }
  return Array.from({ length: count }, (_, index) => ({ name: `${cluster}-${index + 1}`, size }))
}

/** The node that a wish means for this cluster. Throws an AlreadyExists ApiError. */
export function nextNode({ name: cluster, nodes }: ClusterRecord, wish: NodeWish): NodeRecord {
  const taken = (name: string) => nodes.some((node) => node.name === name)
  let number = 1
  while (taken(`${cluster}-${number}`)) number += 1
  const name = wish.name ?? `${cluster}-${number}`
  if (taken(name)) throw new ApiError('AlreadyExists', `cluster "${cluster}" has a node "${name}" already`)
  const size = nodes.at(-1)?.size ?? { oneOf: 1 }
  const { cpu = size.cpu, memory = size.memory, labels, taints } = wish
  return {
    name,
    size: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }), oneOf: size.oneOf },
    ...(labels ? { labels } : {}),
    ...(taints?.length ? { taints } : {}),
    ...(wish.autoscaled ? { autoscaled: true } : {}),
  }
}

export function withNode(record: ClusterRecord, node: NodeRecord): ClusterRecord {
  return { ...record, nodes: [...record.nodes, node] }
}

/** The record with a node on its way out. The last one stays. */
export function withNodeLeaving(record: ClusterRecord, node: string): ClusterRecord {
  findNode(record, node)
  if (record.nodes.every(({ name, leaving }) => leaving || name === node)) {
    throw new ApiError('Conflict', `"${node}" is the only node of cluster "${record.name}"`)
  }
  return changed(record, node, (known) => ({ ...known, leaving: true }))
}

/** The record once the nodes that were on their way out are gone. */
export function withoutLeaving(record: ClusterRecord): ClusterRecord {
  return { ...record, nodes: record.nodes.filter(({ leaving }) => !leaving) }
}

/** The record with a node that has failed, or works again. */
export function withFailure(record: ClusterRecord, node: string, isFailed: boolean): ClusterRecord {
  findNode(record, node)
  return changed(record, node, ({ failed: _, ...known }) => (isFailed ? { ...known, failed: true } : known))
}

/** Throws a NotFound ApiError. */
export function findNode(record: ClusterRecord, node: string): NodeRecord {
  const found = record.nodes.find(({ name }) => name === node)
  if (found) return found
  const names = record.nodes.map(({ name }) => name).join(', ')
  throw new ApiError('NotFound', `cluster "${record.name}" has no node "${node}"; it has ${names}`)
}

function changed(record: ClusterRecord, node: string, change: (known: NodeRecord) => NodeRecord): ClusterRecord {
  return { ...record, nodes: record.nodes.map((known) => (known.name === node ? change(known) : known)) }
}
