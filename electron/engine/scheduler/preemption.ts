import { compileLabelSelector } from '../../../shared/api/label-selector.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../shared/api/types/policy-v1.ts'
import { compareText } from '../../../shared/lang/compare-text.ts'
import type { ClusterState } from './cluster-state.ts'
import { DEFAULT_ARGS, type PluginArgs } from './config/scheduler-configuration.ts'
import { countedReasons, fitError } from './fit-error.ts'
import type { SchedulingPlugin } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { NodeMemory } from './node-memory.ts'
import { NodeTrial, type PreparedPod, preparePod } from './node-trial.ts'
import { addTo } from './pod-counts.ts'
import { keepsOthersAway, type PodInfo } from './pod-info.ts'

/** Counted from here, every priority is positive, so that one victim more is never the better choice. */
const LOWEST_PRIORITY = -(2 ** 31)

export interface Preemption {
  readonly node: string
  /** To be deleted, so that the pod fits; the most important first. */
  readonly victims: readonly Pod[]
}

export interface Candidate extends Preemption {
  readonly violations: number
  readonly highestPriority: number
  readonly prioritySum: number
  /** When the most important victim was started. */
  readonly start: string
}

/** What trying out preemption on a node showed: who would have to go, or why nobody's going helps. */
export type NodeOutcome = Candidate | { readonly node: undefined; readonly reasons: readonly string[] }

/** `message` says why no preemption helps; FailedScheduling quotes it. */
export type PreemptionPlan = Preemption | { readonly node: undefined; readonly message: string }

export interface PreemptionInputs {
  readonly pod: PodInfo
  readonly cluster: ClusterState
  /** Nodes that removing pods may help. */
  readonly nodes: readonly NodeInfo[]
  readonly budgets: readonly PodDisruptionBudget[]
  /** From 0 to 1: where to begin, so that not always the same nodes are tried. */
  readonly random: () => number
  readonly memory?: NodeMemory<NodeOutcome>
  /** So many nodes to choose from are enough: the greater of both. */
  readonly limits?: PluginArgs['DefaultPreemption']
}

/**
 * Which pods of lower priority would have to go for the pod to fit somewhere (DefaultPreemption): as few and as
 * unimportant as possible, those protected by disruption budgets last. The state is tried out in place and left as it was.
 */
export function planPreemption(plugins: readonly SchedulingPlugin[], inputs: PreemptionInputs): PreemptionPlan {
  const {
    pod,
    cluster,
    nodes,
    budgets,
    random,
    memory = new NodeMemory(),
    limits = DEFAULT_ARGS.DefaultPreemption,
  } = inputs
  const prepared = preparePod(plugins, pod, cluster)
  if (!('active' in prepared)) return notHelpful(cluster, new Map(), 0)
  const share = Math.floor((nodes.length * limits.minCandidateNodesPercentage) / 100)
  const wanted = Math.max(limits.minCandidateNodesAbsolute, share)
  const start = Math.floor(random() * nodes.length)
  const versions = budgets.map(({ metadata }) => `${metadata.uid}/${metadata.resourceVersion}`)
  const recall = memory.about(prepared, versions.join())
  let best: Candidate | undefined
  let found = 0
  const unfit = new Map<string, number>()
  for (let n = 0; n < nodes.length; n++) {
    const node = nodes[(start + n) % nodes.length] as NodeInfo
    const candidate = recall(node, () => victimsOn(prepared, node, budgets))
    if (candidate.node === undefined) {
      for (const reason of candidate.reasons) addTo(unfit, reason, 1)
      continue
    }
    if (best === undefined || isBetter(candidate, best)) best = candidate
    found += 1
    // Some that break no budget are worth looking for further.
    if (found >= wanted && best.violations === 0) break
  }
  return best ?? notHelpful(cluster, unfit, nodes.length)
}

/** `unfit`: why not, on those of the nodes that were tried. */
function notHelpful({ nodes }: ClusterState, unfit: Map<string, number>, tried: number): PreemptionPlan {
  const total = nodes.length
  if (tried < total) unfit.set('Preemption is not helpful for scheduling', total - tried)
  return { node: undefined, message: fitError(total, countedReasons(unfit)) }
}

const NO_VICTIMS = { node: undefined, reasons: ['No preemption victims found for incoming pod'] } as const

/** Takes away all lesser pods, then lets as many stay as it can: those that budgets protect first, then by importance. */
function victimsOn(prepared: PreparedPod, node: NodeInfo, budgets: readonly PodDisruptionBudget[]): NodeOutcome {
  const { pod, cluster } = prepared
  const lesser = [...node.pods.values()].filter((other) => other.priority < pod.priority).sort(byImportance)
  if (lesser.length === 0) return NO_VICTIMS
  // Room that others wait for is not to be had.
  const waiting = cluster.nominations.before(pod, node.name)
  const trial = new NodeTrial(prepared, node, waiting.some(keepsOthersAway))
  const gone = new Set(lesser)
  for (const one of lesser) trial.remove(one)
  for (const one of waiting) trial.add(one)
  try {
    const rejection = trial.rejection()
    if (rejection !== undefined) return { node: undefined, reasons: rejection.misfit.reasons }
    const violating = violatingOf(lesser, budgets)
    const order = [...lesser.filter((one) => violating.has(one)), ...lesser.filter((one) => !violating.has(one))]
    for (const one of order) {
      trial.add(one)
      if (trial.rejection() === undefined) gone.delete(one)
      else trial.remove(one)
    }
    // Room without anybody's going is the next try's to find.
    if (gone.size === 0) return NO_VICTIMS
    const victims = [...gone].map((victim) => victim.pod)
    const violations = order.filter((one) => violating.has(one) && gone.has(one)).length
    const priorities = [...gone].map(({ priority }) => priority)
    const highestPriority = Math.max(...priorities)
    const prioritySum = priorities.reduce((sum, priority) => sum + priority - LOWEST_PRIORITY, 0)
    const start = startOf(victims[0] as Pod)
    return { node: node.name, victims, violations, highestPriority, prioritySum, start }
  } finally {
    for (const one of waiting) trial.remove(one)
    for (const one of gone) trial.add(one)
    trial.end()
  }
}

/** MoreImportantPod: the higher priority, then the longer running; of equals always the same one. */
function byImportance(a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || compareText(startOf(a.pod), startOf(b.pod)) || compareText(a.uid, b.uid)
}

function startOf({ status, metadata }: Pod): string {
  return status?.startTime ?? metadata.creationTimestamp ?? ''
}

/** The pods whose going would break a budget, counting what the ones before them use up. */
function violatingOf(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): Set<PodInfo> {
  const left = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]))
  const violating = new Set<PodInfo>()
  for (const one of pods) {
    const { namespace, labels, name = '' } = one.pod.metadata
    for (const [budget, allowed] of left) {
      const covers = budget.metadata.namespace === namespace && compileLabelSelector(budget.spec?.selector)(labels)
      if (!covers || budget.status?.disruptedPods?.[name] !== undefined) continue
      left.set(budget, allowed - 1)
      if (allowed <= 0) violating.add(one)
    }
  }
  return violating
}

/** pickOneNodeForPreemption. */
function isBetter(a: Candidate, b: Candidate): boolean {
  const difference =
    a.violations - b.violations ||
    a.highestPriority - b.highestPriority ||
    a.prioritySum - b.prioritySum ||
    a.victims.length - b.victims.length
  if (difference !== 0) return difference < 0
  // Those that have run the shortest lose the least.
  return a.start > b.start
}
