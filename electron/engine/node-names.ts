import { ApiError } from '../../shared/api/status.ts'
import type { ClusterRecord } from './installation/cluster-record.ts'

/** The names of a cluster's nodes: those it was given, else dev-1, dev-2 ... */
export function nodeNames({ name, nodes, nodeNames: given }: ClusterRecord): readonly string[] {
  return given ?? Array.from({ length: nodes }, (_, index) => `${name}-${index + 1}`)
}

/** The record with so many nodes: new ones get the lowest free numbers, the last ones go. */
export function withNodeCount(record: ClusterRecord, count: number): ClusterRecord {
  const names = [...nodeNames(record)].slice(0, count)
  for (let number = 1; names.length < count; number++) {
    const name = `${record.name}-${number}`
    if (!names.includes(name)) names.push(name)
  }
  return withNames(record, names)
}

/** The record without a node. The last one stays. */
export function withoutNode(record: ClusterRecord, node: string): ClusterRecord {
  requireNode(record, node)
  const names = nodeNames(record).filter((name) => name !== node)
  if (names.length === 0) throw new ApiError('Conflict', `"${node}" is the only node of cluster "${record.name}"`)
  return withNames(record, names)
}

/** The record with a node that has failed, or works again. */
export function withFailure(record: ClusterRecord, node: string, isFailed: boolean): ClusterRecord {
  requireNode(record, node)
  const others = (record.failedNodes ?? []).filter((name) => name !== node)
  return { ...record, failedNodes: isFailed ? [...others, node] : others }
}

function withNames(record: ClusterRecord, names: readonly string[]): ClusterRecord {
  const failedNodes = (record.failedNodes ?? []).filter((name) => names.includes(name))
  return { ...record, nodes: names.length, nodeNames: names, failedNodes }
}

function requireNode(record: ClusterRecord, node: string): void {
  if (nodeNames(record).includes(node)) return
  throw new ApiError(
    'NotFound',
    `cluster "${record.name}" has no node "${node}"; it has ${nodeNames(record).join(', ')}`,
  )
}
