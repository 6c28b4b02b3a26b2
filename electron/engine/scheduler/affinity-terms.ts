import { compileLabelSelector } from '../../../shared/api/label-selector.ts'
import type { Pod, PodAffinityTerm } from '../../../shared/api/types/core-v1.ts'
import { addTo, type CountsByValue } from './pod-counts.ts'
import type { PlacedPod } from './pod-index.ts'

interface Weighted {
  readonly weight: number
  readonly podAffinityTerm: PodAffinityTerm
}

/** The terms of a pod's affinity and anti-affinity; those that it only prefers with their weights. */
export function affinityTermsOf({ spec }: Pod) {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {}
  return {
    required: podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    preferred: (podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) as readonly Weighted[],
    antiRequired: podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    antiPreferred: (podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) as readonly Weighted[],
  }
}

/** One term that pods of a namespace have in common, and where they are. */
export interface TermGroup {
  readonly term: PodAffinityTerm
  /** The namespace of the pods that have the term. */
  readonly namespace: string
  /** What it adds to a node's score, per pod; or it keeps others away, or requires them near. */
  readonly weight: number | 'apart' | 'near'
  readonly matches: (labels: Readonly<Record<string, string>> | undefined) => boolean
  /** How many pods have it, by the value of its topology key. */
  readonly counts: CountsByValue
}

interface Group extends TermGroup {
  readonly counts: Map<string, number>
  pods: number
}

/** What running pods ask of others: the pods of one workload have the same terms, so that those are few. */
export class AffinityTerms {
  readonly #groups = new Map<string, Group>()

  get groups(): Iterable<TermGroup> {
    return this.#groups.values()
  }

  add(placed: PlacedPod): void {
    for (const { key, term, weight, namespace } of termsOfRunning(placed.info.pod)) {
      const known = this.#groups.get(key)
      const matches = known?.matches ?? compileLabelSelector(term.labelSelector)
      const group: Group = known ?? { term, weight, namespace, matches, counts: new Map(), pods: 0 }
      this.#groups.set(key, group)
      group.pods += 1
      addTo(group.counts, placed.nodeLabels?.[term.topologyKey], 1)
    }
  }

  remove(placed: PlacedPod): void {
    for (const { key, term } of termsOfRunning(placed.info.pod)) {
      const group = this.#groups.get(key)
      if (group === undefined) continue
      group.pods -= 1
      addTo(group.counts, placed.nodeLabels?.[term.topologyKey], -1)
      if (group.pods === 0) this.#groups.delete(key)
    }
  }
}

function termsOfRunning(pod: Pod) {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
  if (!podAffinity && !podAntiAffinity) return []
  const { required, preferred, antiRequired, antiPreferred } = affinityTermsOf(pod)
  const { namespace = '' } = pod.metadata
  const of = (term: PodAffinityTerm, weight: TermGroup['weight']) => {
    return { key: JSON.stringify([namespace, weight, term]), namespace, term, weight }
  }
  return [
    ...antiRequired.map((term) => of(term, 'apart')),
    ...required.map((term) => of(term, 'near')),
    ...preferred.map(({ weight, podAffinityTerm }) => of(podAffinityTerm, weight)),
    ...antiPreferred.map(({ weight, podAffinityTerm }) => of(podAffinityTerm, -weight)),
  ]
}
