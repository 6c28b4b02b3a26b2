import { compileLabelSelector, matchesLabels } from '../../../../shared/api/label-selector.ts'
import { objectKey } from '../../../../shared/api/object.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { isPodActive, isPodReady, isPodTerminal } from '../../../../shared/api/pod-state.ts'
import type { ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { Informer } from '../../controller/informer.ts'
import { controlledBy } from '../../controller/owner-index.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'

/** How many of the pods that a ReplicaSet controls are what. */
export interface PodCounts {
  /** Count as replicas. */
  readonly active: number
  readonly fullyLabeled: number
  readonly ready: number
  readonly terminating: number
  /** Active, but not what the selector matches: to be released. */
  readonly strays: number
}

type Counts = { -readonly [name in keyof PodCounts]: number }

/** The counts that a pod is in, as one number: there is one for each pod of the cluster. */
const [ACTIVE, LABELED, READY, TERMINATING, STRAY] = [1, 2, 4, 8, 16]
const BITS: readonly (readonly [name: keyof PodCounts, bit: number])[] = [
  ['active', ACTIVE],
  ['fullyLabeled', LABELED],
  ['ready', READY],
  ['terminating', TERMINATING],
  ['strays', STRAY],
]

interface Tally {
  readonly replicaSet: ReplicaSet
  readonly counts: Counts
  readonly standings: Map<string, number>
}

/**
 * The pods of each ReplicaSet, counted once and then pod by pod: a change of one pod among a thousand costs as much as
 * one among three.
 */
export class PodTallies {
  readonly #pods: Informer<Pod>
  /** By the uid of the owner. */
  readonly #tallies = new Map<string, Tally>()

  /** `pods` must have the owner index. */
  constructor(pods: Informer<Pod>) {
    this.#pods = pods
  }

  /** As the cache has it now. */
  of(replicaSet: ReplicaSet): PodCounts {
    const uid = replicaSet.metadata.uid ?? ''
    const known = this.#tallies.get(uid)
    if (known !== undefined && countsAlike(known.replicaSet, replicaSet)) return known.counts
    const tally: Tally = { replicaSet, counts: noPods(), standings: new Map() }
    for (const pod of controlledBy(this.#pods, uid)) enter(tally, pod)
    this.#tallies.set(uid, tally)
    return tally.counts
  }

  /** Call it with every change of a pod in the cache; undefined: it was not there, or is gone. */
  changed(before: Pod | undefined, after: Pod | undefined): void {
    if (before !== undefined) this.#leave(before)
    const tally = after && this.#tallyOf(after)
    if (tally !== undefined) enter(tally, after as Pod)
  }

  forget(replicaSet: ReplicaSet): void {
    this.#tallies.delete(replicaSet.metadata.uid ?? '')
  }

  #leave(pod: Pod): void {
    const tally = this.#tallyOf(pod)
    const key = objectKey(pod)
    const standing = tally?.standings.get(key)
    if (tally === undefined || standing === undefined) return
    tally.standings.delete(key)
    count(tally.counts, standing, -1)
  }

  #tallyOf(pod: Pod): Tally | undefined {
    const uid = controllerOf(pod)?.uid
    return uid === undefined ? undefined : this.#tallies.get(uid)
  }
}

/** Counts pods that the ReplicaSet controls. */
export function countPods(replicaSet: ReplicaSet, pods: readonly Pod[]): PodCounts {
  const counts = noPods()
  for (const pod of pods) count(counts, standingOf(replicaSet, pod), 1)
  return counts
}

function enter({ replicaSet, counts, standings }: Tally, pod: Pod): void {
  const standing = standingOf(replicaSet, pod)
  if (standing === 0) return
  standings.set(objectKey(pod), standing)
  count(counts, standing, 1)
}

function standingOf({ spec }: ReplicaSet, pod: Pod): number {
  const { labels } = pod.metadata
  const active = isPodActive(pod)
  if (!active && isPodTerminal(pod)) return 0
  if (!compileLabelSelector(spec?.selector)(labels)) return active ? STRAY : 0
  if (!active) return TERMINATING
  const labeled = matchesLabels(spec?.template?.metadata?.labels, labels)
  return ACTIVE | (labeled ? LABELED : 0) | (isPodReady(pod) ? READY : 0)
}

/** What a pod counts as does not depend on what differs between the two. */
function countsAlike(a: ReplicaSet, b: ReplicaSet): boolean {
  if (a.spec === b.spec) return true
  const labelsOf = ({ spec }: ReplicaSet) => spec?.template?.metadata?.labels
  return semanticEqual(a.spec?.selector, b.spec?.selector) && semanticEqual(labelsOf(a), labelsOf(b))
}

function noPods(): Counts {
  return { active: 0, fullyLabeled: 0, ready: 0, terminating: 0, strays: 0 }
}

function count(counts: Counts, standing: number, sign: 1 | -1): void {
  for (const [name, bit] of BITS) if (standing & bit) counts[name] += sign
}
