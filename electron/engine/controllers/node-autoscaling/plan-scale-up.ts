import { fitsNodeAffinity } from '../../../../shared/api/node-selector.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { isPodTerminal, podCondition } from '../../../../shared/api/pod-state.ts'
import { toleratesTaints } from '../../../../shared/api/tolerations.ts'
import type { DaemonSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Node, Pod } from '../../../../shared/api/types/core-v1.ts'
import { daemonPod, daemonSpec } from '../daemonset/daemon-pod.ts'
import type { NodeGroup, Placed, SimulatePlacement } from './scalable-nodes.ts'

/** --expendable-pods-priority-cutoff: pods of lower priority may wait for ever. */
const PRIORITY_CUTOFF = -10

export interface ScaleUp {
  /** How many nodes to add. */
  readonly add: number
  /** The pods that these are for. */
  readonly helped: readonly Pod[]
  /** Pods that wait, and why no node is added for them; empty when some are. */
  readonly unhelped: readonly { readonly pod: Pod; readonly reason: string }[]
}

export interface ScaleUpInputs {
  readonly placed: Placed
  /** The pods that the scheduler found no node for. */
  readonly pending: readonly Pod[]
  readonly daemonSets: readonly DaemonSet[]
  readonly group: NodeGroup
  readonly simulate: SimulatePlacement
}

/** Pods that the scheduler gave up on and that more nodes may help. */
export function pendingPods(pods: readonly Pod[]): Pod[] {
  return pods.filter((pod) => {
    const { spec, status, metadata } = pod
    if (spec?.nodeName || metadata.deletionTimestamp || isPodTerminal(pod)) return false
    // Room is being made for it already.
    if (status?.nominatedNodeName || (spec?.priority ?? 0) < PRIORITY_CUTOFF) return false
    if (controllerOf(pod)?.kind === 'DaemonSet') return false
    return podCondition(pod, 'PodScheduled')?.reason === 'Unschedulable'
  })
}

/** The fewest nodes that give room to as many waiting pods as can be helped, within the group's and the machine's limits. */
export function planScaleUp(inputs: ScaleUpInputs): ScaleUp {
  const { placed, pending, group, simulate } = inputs
  const now = pending.length === 0 ? new Map() : simulate(placed, pending)
  const waiting = pending.filter(({ metadata }) => now.get(metadata.uid ?? '')?.node === undefined)
  let best: { add: number; helped: readonly Pod[] } = { add: 0, helped: [] }
  const limit = Math.min(group.max - group.size, group.room)
  for (let add = 1; add <= limit && best.helped.length < waiting.length; add++) {
    const helped = helpedBy(inputs, waiting, add)
    if (helped.length <= best.helped.length) break
    best = { add, helped }
  }
  if (best.add > 0) return { ...best, unhelped: [] }
  return { ...best, unhelped: waiting.map((pod) => ({ pod, reason: whyNot(inputs, pod) })) }
}

function helpedBy({ placed, daemonSets, group, simulate }: ScaleUpInputs, waiting: readonly Pod[], add: number): Pod[] {
  const added = Array.from({ length: add }, (_, index) => templateNode(group.template, index))
  const world = {
    nodes: [...placed.nodes, ...added],
    pods: [...placed.pods, ...added.flatMap((node) => daemonsOn(node, daemonSets))],
  }
  const placements = simulate(world, waiting)
  return waiting.filter(({ metadata }) => placements.get(metadata.uid ?? '')?.node !== undefined)
}

/** In the words of cluster-autoscaler, which counts node groups: there is one. */
function whyNot({ group, daemonSets, simulate }: ScaleUpInputs, pod: Pod): string {
  if (group.size >= group.max) return '1 max node group size reached'
  const node = templateNode(group.template, 0)
  const placement = simulate({ nodes: [node], pods: daemonsOn(node, daemonSets) }, [pod]).get(pod.metadata.uid ?? '')
  if (placement?.node === undefined) return placement?.reasons ?? ''
  return '1 max cluster cpu, memory limit reached'
}

function templateNode(template: Node, index: number): Node {
  const name = `template-node-for-${template.metadata.name}-${index}`
  const labels = { ...template.metadata.labels, 'kubernetes.io/hostname': name }
  return { ...template, metadata: { ...template.metadata, name, labels } }
}

/** The daemons that a new node would run: their room is not for others. */
function daemonsOn(node: Node, daemonSets: readonly DaemonSet[]): Pod[] {
  const name = node.metadata.name ?? ''
  return daemonSets
    .filter((set) => {
      const spec = daemonSpec(set)
      return (
        fitsNodeAffinity(spec, node) &&
        toleratesTaints(spec.tolerations, node.spec?.taints, ['NoSchedule', 'NoExecute'])
      )
    })
    .map((set) => {
      const pod = daemonPod(set, name, '')
      return {
        ...pod,
        metadata: { ...pod.metadata, namespace: set.metadata.namespace, uid: `${name}/${set.metadata.uid}` },
        spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: name },
      }
    })
}
