import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'

/** The addresses of the pods on each node, sorted: who counts as local to a node. */
export function clientsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly string[]> {
  const clients = new Map<string, Set<string>>()
  for (const { spec, status } of pods) {
    if (!spec?.nodeName || !status?.podIP || status.phase === 'Succeeded' || status.phase === 'Failed') continue
    const own = clients.get(spec.nodeName) ?? new Set()
    clients.set(spec.nodeName, own.add(status.podIP))
  }
  return new Map([...clients].map(([node, addresses]) => [node, [...addresses].sort()]))
}

const ZONE_LABEL = 'topology.kubernetes.io/zone'

export function zoneOfNode({ metadata }: Node): string | undefined {
  return metadata.labels?.[ZONE_LABEL]
}
