import { isDeepStrictEqual } from 'node:util'
import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import type { Pod, PodAffinityTerm } from '../../../../shared/api/types/core-v1.ts'
import { affinityTermsOf } from '../affinity-terms.ts'
import type { PluginArgs } from '../config/scheduler-configuration.ts'
import { type ClusterView, MAX_NODE_SCORE, type SchedulingPlugin } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { addTo, type CountsByValue } from '../pod-counts.ts'

const affinityUnmet = { reasons: ["node(s) didn't match pod affinity rules"], resolvable: false }
const antiAffinityUnmet = { reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true }
const existingUnmet = { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true }

/** Where the pods of a term are. */
interface Places {
  readonly key: string
  readonly counts: CountsByValue
}

interface State {
  /** The topology keys of the required affinity: a node without one of them is no place for the pod. */
  readonly keys: readonly string[]
  /** Per required term, where the pods are that it wants near; undefined lets the pod be the first of its group. */
  readonly near: readonly (readonly Places[])[] | undefined
  readonly apart: readonly Places[]
  /** Where running pods do not want this one. */
  readonly unwanted: readonly Places[]
  readonly wishes: readonly (Places & { readonly weight: number })[]
}

type Args = PluginArgs['InterPodAffinity']

/** Places pods near to, or away from, the pods that their terms select, and honours what running pods ask of new ones. */
export const interPodAffinity = (args: Args): SchedulingPlugin => ({
  name: 'InterPodAffinity',
  weight: 2,
  prepare: ({ pod }, cluster): State => ({
    keys: affinityTermsOf(pod).required.map(({ topologyKey }) => topologyKey),
    near: nearOf(pod, cluster),
    apart: affinityTermsOf(pod).antiRequired.flatMap((term) => placesOf(term, pod, cluster)),
    ...askedByRunning(pod, cluster, args),
  }),
  readsPods({ pod }, state) {
    const { required, antiRequired } = affinityTermsOf(pod)
    return required.length > 0 || antiRequired.length > 0 || (state as State).unwanted.length > 0
  },
  filter(_pod, node, state) {
    const { keys, near, apart, unwanted } = state as State
    if (keys.some((key) => node.labels[key] === undefined)) return affinityUnmet
    if (near?.some((places) => !isIn(node, places))) return affinityUnmet
    if (isIn(node, apart)) return antiAffinityUnmet
    return isIn(node, unwanted) ? existingUnmet : undefined
  },
  scores: (_pod, state) => (state as State).wishes.length > 0,
  score(_pod, { labels }, state) {
    let score = 0
    for (const { key, counts, weight } of (state as State).wishes) {
      const value = labels[key]
      if (value !== undefined) score += weight * (counts.get(value) ?? 0)
    }
    return score
  },
  normalize(scores) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const score of scores) {
      low = Math.min(low, score)
      high = Math.max(high, score)
    }
    for (const [index, score] of scores.entries()) {
      scores[index] = high === low ? 0 : Math.floor((MAX_NODE_SCORE * (score - low)) / (high - low))
    }
  },
  wakesOn({ pod }, event) {
    switch (event.type) {
      case 'NodeAdded':
      case 'PodDeleted':
        return true
      case 'NodeUpdated':
        return event.labelsChanged
      case 'PodUpdated':
        return !isDeepStrictEqual(event.before.pod.metadata.labels, event.pod.pod.metadata.labels)
      case 'PodAdded':
        return affinityTermsOf(pod).required.length > 0
      case 'NodeDeleted':
      case 'StorageChanged':
        return false
    }
  },
})

function nearOf(pod: Pod, cluster: ClusterView): State['near'] {
  const { required } = affinityTermsOf(pod)
  if (required.length === 0) return undefined
  const near = required.length === 1 ? required.map((term) => placesOf(term, pod, cluster)) : allOf(pod, cluster)
  const isFirst = near.every((places) => places.every(({ counts }) => counts.size === 0))
  return isFirst && required.every((term) => selects(term, pod, pod, cluster)) ? undefined : near
}

/** With several required terms, only pods count that all of them select. */
function allOf(owner: Pod, cluster: ClusterView): readonly (readonly Places[])[] {
  const { required } = affinityTermsOf(owner)
  const near = required.map(({ topologyKey }) => ({ key: topologyKey, counts: new Map<string, number>() }))
  const first = required[0] as PodAffinityTerm
  for (const namespace of namespacesOf(first, owner, cluster)) {
    for (const { info, nodeLabels } of cluster.pods.find(namespace, first.labelSelector)) {
      if (!required.every((term) => selects(term, owner, info.pod, cluster))) continue
      for (const { key, counts } of near) addTo(counts, nodeLabels?.[key], 1)
    }
  }
  return near.map((places) => [places])
}

/** What the terms of running pods say of the pod, and its own wishes. */
function askedByRunning(pod: Pod, cluster: ClusterView, args: Args): Pick<State, 'unwanted' | 'wishes'> {
  const { preferred, antiPreferred } = affinityTermsOf(pod)
  const own = [...preferred, ...antiPreferred.map(({ weight, ...rest }) => ({ ...rest, weight: -weight }))]
  const wishes = own.flatMap(({ weight, podAffinityTerm }) => {
    return placesOf(podAffinityTerm, pod, cluster).map((places) => ({ ...places, weight }))
  })
  const unwanted: Places[] = []
  for (const { term, namespace, weight, matches, counts } of cluster.affinityTerms.groups) {
    if (!matches(pod.metadata.labels) || !reaches(term, namespace, pod.metadata.namespace ?? '', cluster)) continue
    const places = { key: term.topologyKey, counts }
    if (weight === 'apart') unwanted.push(places)
    else if (weight !== 'near') wishes.push({ ...places, weight })
    // What a required affinity of a pod that runs is worth to pods that it wants near.
    else if (args.hardPodAffinityWeight > 0) wishes.push({ ...places, weight: args.hardPodAffinityWeight })
  }
  const isIgnored = args.ignorePreferredTermsOfExistingPods && own.length === 0
  return { unwanted, wishes: isIgnored ? [] : wishes }
}

/** Where the pods are that a term of `owner` selects, by namespace. */
function placesOf(term: PodAffinityTerm, owner: Pod, cluster: ClusterView): Places[] {
  const { labelSelector: selector, topologyKey } = term
  return [...namespacesOf(term, owner, cluster)].map((namespace) => {
    return { key: topologyKey, counts: cluster.podCounts.of({ namespace, selector, topologyKey, leaving: true }) }
  })
}

function selects(term: PodAffinityTerm, owner: Pod, pod: Pod, cluster: ClusterView): boolean {
  const isInNamespace = reaches(term, owner.metadata.namespace ?? '', pod.metadata.namespace ?? '', cluster)
  return isInNamespace && compileLabelSelector(term.labelSelector)(pod.metadata.labels)
}

/** Whether a term of a pod in the namespace `owner` is about pods of `namespace`. */
function reaches(term: PodAffinityTerm, owner: string, namespace: string, cluster: ClusterView): boolean {
  const { namespaces, namespaceSelector } = term
  if (namespaces?.includes(namespace)) return true
  if (namespaceSelector) return compileLabelSelector(namespaceSelector)(cluster.namespaceLabels(namespace))
  return !namespaces?.length && namespace === owner
}

function namespacesOf(term: PodAffinityTerm, owner: Pod, cluster: ClusterView): Set<string> {
  const own = owner.metadata.namespace ?? ''
  if (!term.namespaceSelector) return new Set(term.namespaces?.length ? term.namespaces : [own])
  const chosen = [...cluster.pods.namespaces].filter((name) => reaches(term, own, name, cluster))
  return new Set([...(term.namespaces ?? []), ...chosen])
}

function isIn({ labels }: NodeInfo, places: readonly Places[]): boolean {
  for (const { key, counts } of places) {
    const value = labels[key]
    if (value !== undefined && counts.has(value)) return true
  }
  return false
}
