import { ownMember } from '../lang/own-member.ts'
import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from './types/core-v1.ts'

/** nodeSelector and required node affinity of a pod (GetRequiredNodeAffinity). */
export function fitsNodeAffinity(
  { nodeSelector, affinity }: Pick<PodSpec, 'nodeSelector' | 'affinity'>,
  node: Node,
): boolean {
  if (nodeSelector === undefined && affinity?.nodeAffinity === undefined) return true
  const labels = node.metadata.labels ?? {}
  for (const [key, value] of Object.entries(nodeSelector ?? {})) if (labels[key] !== value) return false
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || matchesNodeSelectorTerms(node, required.nodeSelectorTerms ?? [])
}

/** Terms are alternatives; a term without requirements matches nothing (nodeaffinity.NodeSelector). */
export function matchesNodeSelectorTerms(node: Node, terms: readonly NodeSelectorTerm[]): boolean {
  return terms.some((term) => matchesNodeSelectorTerm(node, term))
}

export function matchesNodeSelectorTerm(node: Node, term: NodeSelectorTerm): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length === 0 && fields.length === 0) return false
  const labels = node.metadata.labels ?? {}
  return (
    expressions.every((requirement) => meets(requirement, ownMember(labels, requirement.key))) &&
    fields.every((requirement) => requirement.key === 'metadata.name' && meets(requirement, node.metadata.name))
  )
}

function meets(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? []
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return compares(value, values[0], (a, b) => a > b)
    case 'Lt':
      return compares(value, values[0], (a, b) => a < b)
    default:
      return false
  }
}

function compares(
  value: string | undefined,
  bound: string | undefined,
  holds: (a: bigint, b: bigint) => boolean,
): boolean {
  const integer = /^[+-]?\d+$/
  if (value === undefined || bound === undefined || !integer.test(value) || !integer.test(bound)) return false
  return holds(BigInt(value), BigInt(bound))
}
