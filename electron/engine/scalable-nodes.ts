import type { Clock } from '../../shared/lang/clock.ts'
import type { ScalableNodes } from './controllers/node-autoscaling/scalable-nodes.ts'
import type { EngineInfo } from './docker/engine-types.ts'
import type { ClusterRecord } from './installation/cluster-record.ts'
import { newNode, nodeStatus } from './kubelet/nodes/node-object.ts'
import { nodeConfigs } from './node-configs.ts'
import { nextNode, withNode } from './node-pool.ts'
import { hasRoom } from './node-sizes.ts'

/** What the host of a cluster does for it with its nodes. */
export interface NodeHost {
  /** The record as it is now. */
  record(): ClusterRecord
  addNode(): Promise<void>
  removeNode(name: string): Promise<void>
}

/** The nodes of a cluster's record as the autoscaler sees them: the next one is like the last. */
export function scalableNodes(host: NodeHost, engine: EngineInfo, clock: Clock): ScalableNodes {
  return {
    state() {
      const record = host.record()
      const { name, nodes, maxNodes, minNodes = 0 } = record
      if (maxNodes === undefined) return undefined
      const next = nextNode(record, { autoscaled: true })
      const [config] = nodeConfigs([next], engine, () => '')
      if (config === undefined) return undefined
      const added = nodes.filter(({ autoscaled, leaving }) => autoscaled && !leaving)
      return {
        name,
        size: nodes.length,
        max: maxNodes,
        min: minNodes,
        room: roomFor(record, maxNodes - nodes.length, engine),
        added: added.map((node) => node.name),
        template: newNode(config, nodeStatus(config, {}, {}, clock.now())),
      }
    },
    add: () => host.addNode(),
    remove: (name) => host.removeNode(name),
  }
}

/** How many nodes like the last one the machine has room for, `most` at most. */
function roomFor(record: ClusterRecord, most: number, engine: EngineInfo): number {
  let grown = record
  for (let count = 0; count < most; count++) {
    const node = nextNode(grown, {})
    if (!hasRoom(grown.nodes, node.size, engine)) return count
    grown = withNode(grown, node)
  }
  return Math.max(0, most)
}
