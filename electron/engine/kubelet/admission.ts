import { conflict, hostPortsOf } from '../../../shared/api/host-ports.ts'
import { fitsNodeAffinity } from '../../../shared/api/node-selector.ts'
import { podRequests, resourceAmounts } from '../../../shared/api/pod-resources.ts'
import { toleratesTaints } from '../../../shared/api/tolerations.ts'
import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import { podSpec } from './pod-containers.ts'

export interface Rejection {
  readonly reason: string
  readonly message: string
}

export interface AdmissionFacts {
  readonly pod: Pod
  readonly node: Node
  readonly allocatable: Readonly<Record<string, string>>
  /** The pods that the node already admitted and that have not ended. */
  readonly admitted: readonly Pod[]
}

const OS_LABEL = 'kubernetes.io/os'
/** In this order Kubernetes looks at what a node has; what else there is comes after. */
const FIRST_RESOURCES = ['cpu', 'memory', 'ephemeral-storage']

/**
 * Whether a node takes a pod that was bound to it, by whoever: the first of what a kubelet's admission finds wrong
 * (OutOfpods, OutOfcpu, OutOfmemory, NodeAffinity, NodePorts, TaintToleration, ...).
 */
export function rejectPod(facts: AdmissionFacts): Rejection | undefined {
  return wrongSystem(facts.pod) ?? insufficient(facts) ?? failedPredicate(facts)
}

function wrongSystem(pod: Pod): Rejection | undefined {
  const label = pod.metadata.labels?.[OS_LABEL]
  if (label !== undefined && label !== 'linux') {
    const message = `Pod was rejected: Failed to admit pod as the \`${OS_LABEL}\` label doesn't match node label`
    return { reason: 'PodOSSelectorNodeLabelDoesNotMatch', message }
  }
  const os = podSpec(pod).os?.name ?? 'linux'
  if (os === 'linux') return undefined
  return {
    reason: 'PodOSNotSupported',
    message: "Pod was rejected: Failed to admit pod as the OS field doesn't match node OS",
  }
}

function insufficient({ pod, allocatable, admitted }: AdmissionFacts): Rejection | undefined {
  const capacity = resourceAmounts(allocatable)
  if (admitted.length + 1 > (capacity.pods ?? Number.POSITIVE_INFINITY)) {
    return outOf('pods', 1, admitted.length, capacity.pods ?? 0)
  }
  const requests = podRequests(podSpec(pod))
  for (const resource of new Set([...FIRST_RESOURCES, ...Object.keys(requests)])) {
    const requested = requests[resource] ?? 0
    // What no node counts may belong to the cluster as a whole.
    if (requested === 0 || (resource.includes('/') && capacity[resource] === undefined)) continue
    const used = admitted.reduce((sum, other) => sum + (podRequests(podSpec(other))[resource] ?? 0), 0)
    const total = capacity[resource] ?? 0
    if (requested + used > total) return outOf(resource, requested, used, total)
  }
  return undefined
}

function failedPredicate({ pod, node, admitted }: AdmissionFacts): Rejection | undefined {
  if (!fitsNodeAffinity(podSpec(pod), node))
    return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector")
  const taken = admitted.flatMap(hostPortsOf)
  if (hostPortsOf(pod).some((port) => taken.some((other) => conflict(port, other)))) {
    return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports")
  }
  if (!toleratesTaints(podSpec(pod).tolerations, node.spec?.taints, ['NoExecute'])) {
    return predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate")
  }
  return undefined
}

function predicate(name: string, why: string): Rejection {
  return { reason: name, message: `Pod was rejected: Predicate ${name} failed: ${why}` }
}

function outOf(resource: string, requested: number, used: number, capacity: number): Rejection {
  return {
    reason: `OutOf${resource}`,
    message: `Pod was rejected: Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  }
}
