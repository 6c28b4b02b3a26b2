import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { podRequests, resourceAmounts } from '../../../../shared/api/pod-resources.ts'
import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import type { Node, Pod, Volume } from '../../../../shared/api/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../../shared/api/types/policy-v1.ts'
import { readiness } from '../node-lifecycle/plan.ts'
import { podsToMove } from './drain-node.ts'
import type { Placed, SimulatePlacement } from './scalable-nodes.ts'

const ANNOTATION = 'cluster-autoscaler.kubernetes.io'
/** --scale-down-utilization-threshold. */
const UTILIZATION = 0.5

/** Why a node stays, or that it is not needed: nothing runs on it, or what does would fit elsewhere. */
export type Verdict = { readonly needed: string } | { readonly needed: undefined; readonly move: readonly Pod[] }

export interface ScaleDownInputs {
  readonly placed: Placed
  readonly budgets: readonly PodDisruptionBudget[]
  readonly simulate: SimulatePlacement
}

/** Whether one node could go just now, by the rules of cluster-autoscaler. */
export function judgeNode(node: Node, { placed, budgets, simulate }: ScaleDownInputs): Verdict {
  const name = node.metadata.name ?? ''
  if (node.metadata.annotations?.[`${ANNOTATION}/scale-down-disabled`] === 'true') {
    return { needed: 'scale down is disabled for it' }
  }
  // What is on its way out of a node that has fallen silent has ended long ago: nobody is left to say so.
  const isLost = ({ metadata }: Pod) => readiness(node) !== 'True' && metadata.deletionTimestamp !== undefined
  const here = placed.pods.filter((pod) => pod.spec?.nodeName === name && !isLost(pod))
  const share = utilization(node, here)
  if (share >= UTILIZATION) return { needed: `${Math.round(share * 100)} % of it is in use` }
  const move = podsToMove(here)
  for (const pod of move) {
    const reason = whyBlocked(pod, budgets)
    if (reason !== undefined) return { needed: `${pod.metadata.namespace}/${pod.metadata.name} ${reason}` }
  }
  const elsewhere = {
    nodes: placed.nodes.filter(({ metadata }) => metadata.name !== name),
    pods: placed.pods.filter(({ spec }) => spec?.nodeName !== name),
  }
  const placements = simulate(elsewhere, move.map(unbound))
  const homeless = move.find(({ metadata }) => placements.get(metadata.uid ?? '')?.node === undefined)
  if (homeless) return { needed: `${homeless.metadata.namespace}/${homeless.metadata.name} fits nowhere else` }
  return { needed: undefined, move }
}

/** The larger of the shares of cpu and memory that pods ask for. */
function utilization(node: Node, pods: readonly Pod[]): number {
  const allocatable = resourceAmounts(node.status?.allocatable)
  const shares = ['cpu', 'memory'].map((resource) => {
    const running = pods.filter((pod) => !isPodTerminal(pod))
    const asked = running.reduce((sum, { spec }) => sum + ((spec && podRequests(spec)[resource]) ?? 0), 0)
    return asked / (allocatable[resource] || 1)
  })
  return Math.max(...shares)
}

function whyBlocked(pod: Pod, budgets: readonly PodDisruptionBudget[]): string | undefined {
  const { namespace, annotations = {}, labels } = pod.metadata
  const safe = annotations[`${ANNOTATION}/safe-to-evict`]
  const own = budgets.filter(
    ({ metadata, spec }) => metadata.namespace === namespace && compileLabelSelector(spec?.selector)(labels),
  )
  if (own.some(({ status }) => (status?.disruptionsAllowed ?? 0) < 1)) return 'is protected by a PodDisruptionBudget'
  if (safe === 'true') return undefined
  if (safe === 'false') return 'is not safe to evict'
  if (controllerOf(pod) === undefined) return 'has no controller'
  if (namespace === 'kube-system' && own.length === 0) return 'belongs to the system and has no PodDisruptionBudget'
  const expendable = (annotations[`${ANNOTATION}/safe-to-evict-local-volumes`] ?? '').split(',')
  const local = pod.spec?.volumes?.find((volume) => isLocal(volume) && !expendable.includes(volume.name))
  return local === undefined ? undefined : `has local storage (${local.name})`
}

function isLocal({ emptyDir, hostPath }: Volume): boolean {
  return hostPath !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory')
}

/** The pod as its controller would make it again. */
function unbound(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec ?? { containers: [] }
  return { ...pod, spec, status: {} }
}
