import { isDeepStrictEqual } from 'node:util'
import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import { fitsNodeAffinity } from '../../../../shared/api/node-selector.ts'
import type { Pod, TopologySpreadConstraint } from '../../../../shared/api/types/core-v1.ts'
import type { PluginArgs } from '../config/scheduler-configuration.ts'
import { type ClusterView, MAX_NODE_SCORE, type SchedulingPlugin } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { CountsByValue } from '../pod-counts.ts'
import type { PodInfo } from '../pod-info.ts'
import { toleratesNode } from './taint-toleration.ts'

const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'
const missingLabel = {
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  resolvable: false,
}
const tooUneven = { reasons: ["node(s) didn't match pod topology spread constraints"], resolvable: true }
/** A node that a soft constraint does not cover gets nothing. */
const UNCOVERED = -1

/** For pods without constraints of their own, unless the configuration lists others. */
const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: ZONE, maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
]

type Args = PluginArgs['PodTopologySpread']

interface Spread {
  readonly constraint: TopologySpreadConstraint
  /** Matching pods by value of the topology key. */
  readonly counts: CountsByValue
  /** How many values the eligible nodes have. */
  readonly domains: number
  readonly minimum: number
  /** The pod itself will count. */
  readonly self: number
}

interface State {
  readonly hard: readonly Spread[]
  readonly soft: readonly Spread[]
  /** A node that lacks a topology key of a soft constraint gets nothing; else only that constraint passes it over. */
  readonly needsAllKeys: boolean
}

/**
 * Keeps the pods that a constraint selects evenly spread over zones, nodes or other domains. Pods of a Service or
 * workload without constraints of their own are spread softly over nodes and zones.
 */
export const podTopologySpread = (args: Args): SchedulingPlugin => ({
  name: 'PodTopologySpread',
  weight: 2,
  prepare({ pod }, cluster): State {
    const constraints = constraintsOf(pod, cluster, args)
    const needsAllKeys = args.defaultingType === 'List' || Boolean(pod.spec?.topologySpreadConstraints?.length)
    const of = (when: string) => {
      const own = constraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
      const keys = needsAllKeys ? [...new Set(own.map(({ topologyKey }) => topologyKey))] : []
      return own.map((constraint) => spreadOf(pod, constraint, { cluster, keys }))
    }
    return { hard: of('DoNotSchedule'), soft: of('ScheduleAnyway'), needsAllKeys }
  },
  filter(_pod, node, state) {
    for (const { constraint, counts, minimum, self } of (state as State).hard) {
      const value = node.labels[constraint.topologyKey]
      if (value === undefined) return missingLabel
      const skew = (counts.get(value) ?? 0) + self - minimum
      if (skew > constraint.maxSkew) return tooUneven
    }
    return undefined
  },
  readsPods: (_pod, state) => (state as State).hard.length > 0,
  scores: (_pod, state) => (state as State).soft.length > 0,
  score: (_pod, node, state) => scoreOf(node, state as State),
  normalize(scores) {
    let [low, high] = [Number.POSITIVE_INFINITY, 0]
    for (const score of scores) {
      if (score === UNCOVERED) continue
      low = Math.min(low, score)
      high = Math.max(high, score)
    }
    for (const [index, score] of scores.entries()) {
      if (score === UNCOVERED) scores[index] = 0
      else scores[index] = high === 0 ? MAX_NODE_SCORE : Math.floor((MAX_NODE_SCORE * (high + low - score)) / high)
    }
  },
  wakesOn(pod, event) {
    switch (event.type) {
      case 'NodeAdded':
      // A domain that nobody can go to holds the others back no longer.
      case 'NodeDeleted':
        return true
      case 'NodeUpdated':
        return event.labelsChanged || !isDeepStrictEqual(event.before.spec?.taints, event.node.spec?.taints)
      case 'StorageChanged':
        return false
      default:
        return isCounted(pod, event)
    }
  },
})

/** Whether a constraint of the waiting pod counts the pod that changed, or did. */
function isCounted({ pod }: PodInfo, event: { readonly pod: PodInfo; readonly before?: PodInfo }): boolean {
  const { namespace } = pod.metadata
  if (event.pod.pod.metadata.namespace !== namespace) return false
  const versions = event.before === undefined ? [event.pod] : [event.before, event.pod]
  if (event.before !== undefined && !movesCounts(event.before.pod, event.pod.pod)) return false
  return (pod.spec?.topologySpreadConstraints ?? []).some((constraint) => {
    const selects = compileLabelSelector(constraint.labelSelector)
    return versions.some((version) => selects(version.pod.metadata.labels))
  })
}

function movesCounts({ metadata: a }: Pod, { metadata: b }: Pod): boolean {
  return a.deletionTimestamp !== b.deletionTimestamp || !isDeepStrictEqual(a.labels, b.labels)
}

function constraintsOf(pod: Pod, cluster: ClusterView, args: Args): readonly TopologySpreadConstraint[] {
  const own = pod.spec?.topologySpreadConstraints
  if (own?.length) return own.map((constraint) => withMatchLabelKeys(pod, constraint))
  const labelSelector = cluster.workloadSelector(pod)
  if (labelSelector === undefined) return []
  const defaults = args.defaultingType === 'List' ? (args.defaultConstraints ?? []) : SYSTEM_DEFAULTS
  return defaults.map((constraint) => ({ ...constraint, labelSelector }))
}

function withMatchLabelKeys(pod: Pod, constraint: TopologySpreadConstraint): TopologySpreadConstraint {
  const { matchLabelKeys = [], labelSelector } = constraint
  const labels = pod.metadata.labels ?? {}
  const matched = matchLabelKeys.filter((key) => labels[key] !== undefined).map((key) => [key, labels[key]] as const)
  if (matched.length === 0) return constraint
  const matchLabels = { ...labelSelector?.matchLabels, ...Object.fromEntries(matched) } as Record<string, string>
  return { ...constraint, labelSelector: { ...labelSelector, matchLabels } }
}

interface Around {
  readonly cluster: ClusterView
  /** Only nodes with all of these labels count. */
  readonly keys: readonly string[]
}

function spreadOf(pod: Pod, constraint: TopologySpreadConstraint, around: Around): Spread {
  const { labelSelector, minDomains, whenUnsatisfiable } = constraint
  const self = compileLabelSelector(labelSelector)(pod.metadata.labels) ? 1 : 0
  const { counts, domains } = countsOf(pod, constraint, around)
  const isHard = whenUnsatisfiable === 'DoNotSchedule'
  const minimum = isHard && domains >= (minDomains ?? 1) ? lowestOf(counts, domains) : 0
  return { constraint, counts, domains, minimum, self }
}

function lowestOf(counts: CountsByValue, domains: number): number {
  if (counts.size < domains || domains === 0) return 0
  let lowest = Number.POSITIVE_INFINITY
  for (const count of counts.values()) lowest = Math.min(lowest, count)
  return lowest
}

/** Who is leaving leaves no gap and is not counted. */
function countsOf(pod: Pod, constraint: TopologySpreadConstraint, { cluster, keys }: Around) {
  const { topologyKey, labelSelector: selector } = constraint
  const namespace = pod.metadata.namespace ?? ''
  if (allNodesCount(pod, constraint) && (keys.length < 2 || haveAll(cluster, keys))) {
    const counts = cluster.podCounts.of({ namespace, selector, topologyKey, leaving: false })
    return { counts, domains: cluster.domains(topologyKey).size }
  }
  const counts = new Map<string, number>()
  const counting = (node: NodeInfo) => {
    return keys.every((key) => node.labels[key] !== undefined) && isEligible(pod, constraint, node)
  }
  for (const node of cluster.nodes) {
    const value = node.labels[topologyKey]
    if (value !== undefined && !counts.has(value) && counting(node)) counts.set(value, 0)
  }
  for (const { node: name, info } of cluster.pods.find(namespace, selector)) {
    if (info.pod.metadata.deletionTimestamp !== undefined) continue
    const node = cluster.node(name)
    const value = node?.labels[topologyKey]
    if (node === undefined || value === undefined || !counting(node)) continue
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return { counts, domains: counts.size }
}

/** Whether every node has every key. */
function haveAll(cluster: ClusterView, keys: readonly string[]): boolean {
  return keys.every((key) => cluster.nodesLabelled(key) === cluster.nodes.length)
}

function allNodesCount({ spec }: Pod, { nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint): boolean {
  if (nodeTaintsPolicy === 'Honor') return false
  return nodeAffinityPolicy === 'Ignore' || (!spec?.nodeSelector && !spec?.affinity?.nodeAffinity)
}

/** Which nodes count: by default those that the pod's node affinity allows, tainted or not. */
function isEligible(pod: Pod, { nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint, node: NodeInfo) {
  if (nodeAffinityPolicy !== 'Ignore' && !fitsNodeAffinity(pod.spec ?? {}, node.node)) return false
  return nodeTaintsPolicy !== 'Honor' || toleratesNode(pod, node)
}

function scoreOf({ labels }: NodeInfo, { soft, needsAllKeys }: State): number {
  let score = 0
  for (const { constraint, counts, domains } of soft) {
    const value = labels[constraint.topologyKey]
    if (value === undefined && needsAllKeys) return UNCOVERED
    if (value === undefined) continue
    score += (counts.get(value) ?? 0) * Math.log(domains + 2) + constraint.maxSkew - 1
  }
  return Math.round(score)
}
