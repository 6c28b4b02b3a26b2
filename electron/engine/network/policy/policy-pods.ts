import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'

/** What policies see of a pod. */
export interface PolicyPod {
  readonly uid: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>> | undefined
  /** Undefined until it has one: policies select it already, but it is nobody's peer. */
  readonly address: string | undefined
  readonly nodeIP: string
  /** By "tcp/http". */
  readonly namedPorts: ReadonlyMap<string, number>
}

export interface PodAddresses {
  /** Also before the pod's status tells it. */
  addressOf(pod: Pod): string | undefined
  nodeIP(node: string): string
}

/** Pods that policies are about: those on their node's network count as the node, ended ones have no traffic. */
export function policyPods(pods: readonly Pod[], { addressOf, nodeIP }: PodAddresses): readonly PolicyPod[] {
  return pods
    .filter((pod) => pod.spec?.nodeName && !pod.spec.hostNetwork && !isPodTerminal(pod))
    .map((pod) => ({
      uid: pod.metadata.uid ?? '',
      namespace: pod.metadata.namespace ?? '',
      labels: pod.metadata.labels,
      address: addressOf(pod),
      nodeIP: nodeIP(pod.spec?.nodeName ?? ''),
      namedPorts: namedPorts(pod),
    }))
}

function namedPorts({ spec }: Pod): ReadonlyMap<string, number> {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const named = [...(spec?.containers ?? []), ...sidecars]
    .flatMap(({ ports }) => ports ?? [])
    .map(
      ({ name, protocol, containerPort }) => [`${(protocol ?? 'TCP').toLowerCase()}/${name}`, containerPort] as const,
    )
  // The first of a name wins, as it does for Services.
  return new Map(named.reverse())
}
