import { type Amounts, podRequests, resourceAmounts } from '../../shared/api/pod-resources.ts'
import { isPodTerminal } from '../../shared/api/pod-state.ts'
import { resources } from '../../shared/api/resources.ts'
import type { Node, Pod } from '../../shared/api/types/core-v1.ts'
import type { NodeState } from '../../shared/ipc/contract.ts'
import type { Client } from './client/client.ts'
import type { ClusterRecord, NodeRecord } from './installation/cluster-record.ts'
import { withoutLeaving } from './node-pool.ts'

const MIB = 1024 * 1024

/** The nodes on record, with their sizes and what their pods ask for while the cluster runs. */
export async function nodeStates(record: ClusterRecord, client: Client | undefined): Promise<NodeState[]> {
  const { nodes } = withoutLeaving(record)
  if (client === undefined) return nodes.map((node) => nodeState(node, undefined, []))
  const [objects, pods] = await Promise.all([
    client.resource(resources.nodes).list(),
    client.resource(resources.pods).list(),
  ])
  return nodes.map((node) => {
    const object = objects.items.find(({ metadata }) => metadata.name === node.name)
    const here = pods.items.filter((pod) => pod.spec?.nodeName === node.name && !isPodTerminal(pod))
    return nodeState(node, object, here)
  })
}

function nodeState(
  { name, failed = false, autoscaled = false }: NodeRecord,
  object: Node | undefined,
  pods: readonly Pod[],
) {
  const known = { name, failed, autoscaled }
  if (object === undefined) return known
  const requests = pods.map(({ spec }) => (spec ? podRequests(spec) : {}))
  const sum = (resource: string) => requests.reduce((total, one) => total + (one[resource] ?? 0), 0)
  const ready = object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  return {
    ...known,
    ready,
    allocatable: quantities(resourceAmounts(object.status?.allocatable)),
    requested: quantities({ cpu: sum('cpu'), memory: sum('memory') }),
  }
}

/** "1500m" and "2" cores, whole mebibytes rounded up. */
function quantities({ cpu = 0, memory = 0 }: Amounts): { cpu: string; memory: string } {
  const millis = Math.ceil(cpu)
  return { cpu: millis % 1000 === 0 ? `${millis / 1000}` : `${millis}m`, memory: `${Math.ceil(memory / MIB)}Mi` }
}
