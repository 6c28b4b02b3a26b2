import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import type { Pod, PodAffinityTerm } from '../../../../shared/api/types/core-v1.ts'
import { type ClusterView, MAX_NODE_SCORE, type SchedulingPlugin } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { PlacedPod } from '../pod-index.ts'
import type { PodInfo } from '../pod-info.ts'

const affinityUnmet = { reasons: ["node(s) didn't match pod affinity rules"], resolvable: false }
const antiAffinityUnmet = { reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true }
const existingUnmet = { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true }
/** What a required affinity of a pod that runs is worth to pods that it wants near (hardPodAffinityWeight). */
const HARD_AFFINITY_WEIGHT = 1

/** Weights or counts by "topologyKey=value". */
type Domains = Map<string, number>

interface State {
  /** The topology keys of the required affinity: a node without one of them is no place for the pod. */
  readonly keys: readonly string[]
  /** Where the pods that each required term wants near are; undefined lets the pod be the first of its group. */
  readonly near: readonly { readonly key: string; readonly domains: Domains }[] | undefined
  readonly apart: Domains
  /** Where running pods do not want this one. */
  readonly unwanted: Domains
  readonly wishes: Domains
}

/** Places pods near to, or away from, the pods that their terms select, and honours what running pods ask of new ones. */
export const interPodAffinity: SchedulingPlugin = {
  name: 'InterPodAffinity',
  weight: 2,
  prepare: ({ pod }, cluster): State => ({
    keys: termsOf(pod).required.map(({ topologyKey }) => topologyKey),
    near: nearOf(pod, cluster),
    apart: domainsOf(termsOf(pod).antiRequired, pod, cluster),
    unwanted: unwantedOf(pod, cluster),
    wishes: wishesOf(pod, cluster),
  }),
  filter(_pod, node, state) {
    const { keys, near, apart, unwanted } = state as State
    if (keys.some((key) => node.labels[key] === undefined)) return affinityUnmet
    if (near?.some(({ key, domains }) => !domains.has(domainOf(node, key) ?? ''))) return affinityUnmet
    if (isIn(node, apart)) return antiAffinityUnmet
    return isIn(node, unwanted) ? existingUnmet : undefined
  },
  score(_pod, node, state) {
    let score = 0
    for (const [domain, weight] of (state as State).wishes) if (isInDomain(node, domain)) score += weight
    return score
  },
  normalize(scores) {
    const low = Math.min(...scores)
    const range = Math.max(...scores) - low
    for (const [index, score] of scores.entries()) {
      scores[index] = range === 0 ? 0 : Math.floor((MAX_NODE_SCORE * (score - low)) / range)
    }
  },
  wakesOn: (_pod, event) => event.type !== 'StorageChanged',
}

interface Weighted {
  readonly weight: number
  readonly podAffinityTerm: PodAffinityTerm
}

function termsOf({ spec }: Pod) {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {}
  return {
    required: podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    preferred: (podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) as readonly Weighted[],
    antiRequired: podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    antiPreferred: (podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) as readonly Weighted[],
  }
}

function nearOf(pod: Pod, cluster: ClusterView): State['near'] {
  const { required } = termsOf(pod)
  if (required.length === 0) return undefined
  const near = required.map((term) => ({ key: term.topologyKey, domains: domainsOf([term], pod, cluster) }))
  const isFirst = near.every(({ domains }) => domains.size === 0)
  return isFirst && required.every((term) => selects(term, pod, pod, cluster)) ? undefined : near
}

/** Where there are pods that these terms of `owner` select. */
function domainsOf(terms: readonly PodAffinityTerm[], owner: Pod, cluster: ClusterView): Domains {
  const domains: Domains = new Map()
  for (const term of terms) for (const placed of selected(term, owner, cluster)) add(domains, placed, term, 1, cluster)
  return domains
}

function unwantedOf(pod: Pod, cluster: ClusterView): Domains {
  const domains: Domains = new Map()
  for (const placed of cluster.podsWithAffinity.values()) {
    for (const term of termsOf(placed.info.pod).antiRequired) {
      if (selects(term, placed.info.pod, pod, cluster)) add(domains, placed, term, 1, cluster)
    }
  }
  return domains
}

function wishesOf(pod: Pod, cluster: ClusterView): Domains {
  const domains: Domains = new Map()
  const { preferred, antiPreferred } = termsOf(pod)
  const own = [...preferred, ...antiPreferred.map(({ weight, ...rest }) => ({ ...rest, weight: -weight }))]
  for (const { weight, podAffinityTerm: term } of own) {
    for (const placed of selected(term, pod, cluster)) add(domains, placed, term, weight, cluster)
  }
  for (const placed of cluster.podsWithAffinity.values()) {
    for (const { weight, podAffinityTerm: term } of wishesOfRunning(placed.info)) {
      if (selects(term, placed.info.pod, pod, cluster)) add(domains, placed, term, weight, cluster)
    }
  }
  return domains
}

function wishesOfRunning({ pod }: PodInfo): Weighted[] {
  const { required, preferred, antiPreferred } = termsOf(pod)
  return [
    ...required.map((podAffinityTerm) => ({ podAffinityTerm, weight: HARD_AFFINITY_WEIGHT })),
    ...preferred,
    ...antiPreferred.map(({ weight, podAffinityTerm }) => ({ podAffinityTerm, weight: -weight })),
  ]
}

function* selected(term: PodAffinityTerm, owner: Pod, cluster: ClusterView): Iterable<PlacedPod> {
  const matcher = compileLabelSelector(term.labelSelector)
  for (const namespace of namespacesOf(term, owner, cluster))
    yield* cluster.pods.find(namespace, term.labelSelector, matcher)
}

function selects(term: PodAffinityTerm, owner: Pod, pod: Pod, cluster: ClusterView): boolean {
  const namespace = pod.metadata.namespace ?? ''
  const isInNamespace = term.namespaces?.includes(namespace) || isChosen(term, owner, namespace, cluster)
  return isInNamespace && compileLabelSelector(term.labelSelector)(pod.metadata.labels)
}

function isChosen(
  { namespaces, namespaceSelector }: PodAffinityTerm,
  owner: Pod,
  namespace: string,
  cluster: ClusterView,
) {
  if (namespaceSelector) return compileLabelSelector(namespaceSelector)(cluster.namespaceLabels(namespace))
  return !namespaces?.length && namespace === owner.metadata.namespace
}

function namespacesOf(term: PodAffinityTerm, owner: Pod, cluster: ClusterView): Set<string> {
  const chosen = term.namespaceSelector
    ? [...cluster.pods.namespaces].filter((name) => isChosen(term, owner, name, cluster))
    : term.namespaces?.length
      ? []
      : [owner.metadata.namespace ?? '']
  return new Set([...(term.namespaces ?? []), ...chosen])
}

function add(
  domains: Domains,
  placed: PlacedPod,
  { topologyKey }: PodAffinityTerm,
  weight: number,
  cluster: ClusterView,
) {
  const node = cluster.node(placed.node)
  const domain = node && domainOf(node, topologyKey)
  if (domain !== undefined) domains.set(domain, (domains.get(domain) ?? 0) + weight)
}

function domainOf({ labels }: NodeInfo, topologyKey: string): string | undefined {
  const value = labels[topologyKey]
  return value === undefined ? undefined : `${topologyKey}=${value}`
}

function isInDomain({ labels }: NodeInfo, domain: string): boolean {
  const at = domain.indexOf('=')
  return labels[domain.slice(0, at)] === domain.slice(at + 1)
}

function isIn(node: NodeInfo, domains: Domains): boolean {
  for (const domain of domains.keys()) if (isInDomain(node, domain)) return true
  return false
}
